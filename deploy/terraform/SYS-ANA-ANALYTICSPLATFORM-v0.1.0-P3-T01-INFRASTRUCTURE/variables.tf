# Typed here, checked in ./contract, which knows no cloud.

variable "organ_name" {
  description = "Short name of the organ; part of the names of all that is made."
  type        = string
  nullable    = false
}

variable "organ_domain" {
  description = "Domain of the platform that the organ belongs to."
  type        = string
  nullable    = false
}

variable "system_code" {
  description = "Code of the system with its version, SYS-<DOMAIN>-<SYSTEM>-v<major>.<minor>.<patch>; the platform's network is found by it, and the version is that of the image."
  type        = string
  nullable    = false
}

variable "replica_count" {
  description = "Replicas of the API at the start; from then on their number follows the load, see scaling_config."
  type        = number
  nullable    = false
}

variable "database_config" {
  description = "The MySQL server: class of the machine, GB of storage at the start, version of MySQL."
  type = object({
    instance_class    = string
    allocated_storage = number
    engine_version    = string
  })
  nullable = false
}

variable "scaling_config" {
  description = "Replicas of the API follow its load between these bounds, so that their mean CPU stays at the threshold, in per cent."
  type = object({
    min_replicas  = number
    max_replicas  = number
    cpu_threshold = number
  })
  nullable = false
}

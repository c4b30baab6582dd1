variable "organ_name" {
  description = "Short name of the organ; part of the names of all that is made."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9]{1,11}$", var.organ_name))
    error_message = "organ_name is \"${var.organ_name}\": 2 to 12 lower-case letters and digits, a letter first, such as \"iop\"."
  }
}

variable "organ_domain" {
  description = "Domain of the platform that the organ belongs to."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9]{1,11}$", var.organ_domain))
    error_message = "organ_domain is \"${var.organ_domain}\": 2 to 12 lower-case letters and digits, a letter first, such as \"ana\"."
  }
}

variable "system_code" {
  description = "Code of the system with its version, SYS-<DOMAIN>-<SYSTEM>-v<major>.<minor>.<patch>; the platform's network is found by it, and the version is that of the image."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^SYS-[A-Z0-9]+-[A-Z0-9]+-v[0-9]+\\.[0-9]+\\.[0-9]+$", var.system_code))
    error_message = "system_code is \"${var.system_code}\": SYS-<DOMAIN>-<SYSTEM>-v<major>.<minor>.<patch>, such as \"SYS-ANA-ANALYTICSPLATFORM-v0.1.0\"."
  }
}

variable "replica_count" {
  description = "Replicas of the API at the start; from then on their number follows the load, see scaling_config."
  type        = number
  nullable    = false

  validation {
    condition     = var.replica_count == floor(var.replica_count) && var.replica_count >= 1
    error_message = "replica_count is ${var.replica_count}: a whole number of at least 1."
  }

  validation {
    condition     = var.replica_count >= var.scaling_config.min_replicas && var.replica_count <= var.scaling_config.max_replicas
    error_message = "replica_count is ${var.replica_count}: from scaling_config.min_replicas (${var.scaling_config.min_replicas}) to scaling_config.max_replicas (${var.scaling_config.max_replicas})."
  }
}

variable "database_config" {
  description = "The MySQL server: class of the machine, GB of storage at the start, version of MySQL."
  type = object({
    instance_class    = string
    allocated_storage = number
    engine_version    = string
  })
  nullable = false

  validation {
    condition     = can(regex("^db\\.[a-z0-9]+\\.[a-z0-9]+$", var.database_config.instance_class))
    error_message = "database_config.instance_class is \"${var.database_config.instance_class}\": a class of database machines, such as \"db.t3.medium\"."
  }

  validation {
    condition     = var.database_config.allocated_storage == floor(var.database_config.allocated_storage) && var.database_config.allocated_storage >= 20 && var.database_config.allocated_storage <= 16384
    error_message = "database_config.allocated_storage is ${var.database_config.allocated_storage}: whole GB from 20 to 16384."
  }

  validation {
    condition     = can(regex("^8\\.[04](\\.[0-9]+)?$", var.database_config.engine_version))
    error_message = "database_config.engine_version is \"${var.database_config.engine_version}\": a MySQL that IOP is tested on, \"8.0\" or \"8.4\", or one release of them, such as \"8.4.6\"."
  }
}

variable "scaling_config" {
  description = "Replicas of the API follow its load between these bounds, so that their mean CPU stays at the threshold, in per cent."
  type = object({
    min_replicas  = number
    max_replicas  = number
    cpu_threshold = number
  })
  nullable = false

  validation {
    condition     = var.scaling_config.min_replicas == floor(var.scaling_config.min_replicas) && var.scaling_config.min_replicas >= 1
    error_message = "scaling_config.min_replicas is ${var.scaling_config.min_replicas}: a whole number of at least 1."
  }

  validation {
    condition     = var.scaling_config.max_replicas == floor(var.scaling_config.max_replicas) && var.scaling_config.max_replicas >= var.scaling_config.min_replicas && var.scaling_config.max_replicas <= 100
    error_message = "scaling_config.max_replicas is ${var.scaling_config.max_replicas}: a whole number from min_replicas (${var.scaling_config.min_replicas}) to 100."
  }

  validation {
    condition     = var.scaling_config.cpu_threshold >= 10 && var.scaling_config.cpu_threshold <= 95
    error_message = "scaling_config.cpu_threshold is ${var.scaling_config.cpu_threshold}: per cent from 10 to 95."
  }
}

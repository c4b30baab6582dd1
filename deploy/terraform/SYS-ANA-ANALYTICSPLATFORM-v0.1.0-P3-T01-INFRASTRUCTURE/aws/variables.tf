# The contract that every implementation keeps; its values were checked by who calls it.

variable "organ" {
  description = "Name, domain, code of the system, and image."
  type = object({
    name   = string
    domain = string
    system = string
    image  = string
  })
}

variable "replicas" {
  description = "Replicas of the API at the start."
  type        = number
}

variable "database" {
  description = "Class of the machine, GB of storage, version of MySQL."
  type = object({
    instance_class    = string
    allocated_storage = number
    engine_version    = string
  })
}

variable "scaling" {
  description = "Bounds of the API's replicas, and the mean CPU that they are kept at, in per cent."
  type = object({
    min_replicas  = number
    max_replicas  = number
    cpu_threshold = number
  })
}

variable "secrets" {
  description = "Where the values are that no plan and no state has: names, ARNs, and the version of the database's password."
  type = object({
    database_url              = object({ name = string, arn = string })
    secret_key                = object({ name = string, arn = string })
    broker_url                = object({ name = string, arn = string })
    database_password_version = number
  })
}

variable "database_password" {
  description = "For the server itself, in a write-only argument."
  type        = string
  sensitive   = true
  ephemeral   = true
}

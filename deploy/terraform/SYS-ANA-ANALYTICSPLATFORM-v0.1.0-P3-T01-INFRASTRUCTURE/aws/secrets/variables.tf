variable "organ" {
  description = "Name, domain, code of the system, and image."
  type = object({
    name   = string
    domain = string
    system = string
    image  = string
  })
}

variable "endpoint" {
  description = "Host and port of the MySQL server."
  type        = string
}

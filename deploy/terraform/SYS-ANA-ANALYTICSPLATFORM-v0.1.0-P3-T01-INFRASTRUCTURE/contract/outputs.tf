output "organ" {
  description = "Name, domain, code of the system, and image."
  value = {
    name   = var.organ_name
    domain = var.organ_domain
    system = var.system_code
    image  = "webwakahub/${var.organ_name}-organ:${regex("v[0-9]+\\.[0-9]+\\.[0-9]+$", var.system_code)}"
  }
}

output "replicas" {
  description = "Replicas of the API at the start."
  value       = var.replica_count
}

output "database" {
  description = "Class of the machine, GB of storage, version of MySQL."
  value       = var.database_config
}

output "scaling" {
  description = "Bounds of the API's replicas, and the mean CPU that they are kept at, in per cent."
  value       = var.scaling_config
}

output "address" {
  description = "Where the API answers inside the platform's network."
  value       = module.cloud.address
}

output "database" {
  description = "Host and port of the MySQL server."
  value       = module.cloud.database
}

output "database_url_secret" {
  description = "Name of the secret that holds DATABASE_URL; its value is in no plan and no state."
  value       = module.secrets.references.database_url.name
}

output "files" {
  description = "IOP_STORAGE_URL."
  value       = module.cloud.files
}

output "migrate" {
  description = "The command that brings the tables to this release; run it before the parts of a new release serve."
  value       = module.cloud.migrate
}

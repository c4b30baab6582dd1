output "references" {
  description = "Where the values are: names, ARNs, and the version of the database's password."
  value = {
    database_url = {
      name = aws_secretsmanager_secret.database_url.name
      arn  = aws_secretsmanager_secret.database_url.arn
    }
    secret_key = {
      name = aws_secretsmanager_secret.secret_key.name
      arn  = aws_secretsmanager_secret.secret_key.arn
    }
    broker_url = {
      name = data.aws_secretsmanager_secret.broker_url.name
      arn  = data.aws_secretsmanager_secret.broker_url.arn
    }
    database_password_version = local.versions.database_password
  }
}

output "database_password" {
  description = "For the server itself, in a write-only argument."
  value       = ephemeral.aws_secretsmanager_secret_version.database_password.secret_string
  sensitive   = true
  ephemeral   = true
}

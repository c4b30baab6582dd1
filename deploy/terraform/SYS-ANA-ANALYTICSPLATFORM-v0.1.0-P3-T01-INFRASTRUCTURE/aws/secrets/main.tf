# Values are made by AWS, written once, and in no plan and no state: they are ephemeral, and the arguments that take them
# write-only. To change one, raise its version here and start the parts anew.

locals {
  name = "${var.organ.domain}-${var.organ.name}"
  tags = {
    organ  = var.organ.name
    domain = var.organ.domain
    system = var.organ.system
  }
  versions = { database_password = 1, secret_key = 1 }
}

ephemeral "aws_secretsmanager_random_password" "database" {
  password_length     = 40
  exclude_punctuation = true
}

ephemeral "aws_secretsmanager_random_password" "secret_key" {
  password_length     = 48
  exclude_punctuation = true
}

resource "aws_secretsmanager_secret" "database_password" {
  name        = "${local.name}/database-password"
  description = "Password of the MySQL account of ${local.name}"
  tags        = local.tags
}

resource "aws_secretsmanager_secret_version" "database_password" {
  secret_id                = aws_secretsmanager_secret.database_password.id
  secret_string_wo         = ephemeral.aws_secretsmanager_random_password.database.random_password
  secret_string_wo_version = local.versions.database_password
}

# Read back, so that the server and the URL have the same one however often they are made.
ephemeral "aws_secretsmanager_secret_version" "database_password" {
  secret_id  = aws_secretsmanager_secret_version.database_password.secret_id
  version_id = aws_secretsmanager_secret_version.database_password.version_id
}

resource "aws_secretsmanager_secret" "database_url" {
  name        = "${local.name}/database-url"
  description = "DATABASE_URL of ${local.name}"
  tags        = local.tags
}

resource "aws_secretsmanager_secret_version" "database_url" {
  secret_id = aws_secretsmanager_secret.database_url.id
  secret_string_wo = join("", [
    "mysql+pymysql://", var.organ.name, ":",
    ephemeral.aws_secretsmanager_secret_version.database_password.secret_string,
    "@", var.endpoint, "/", var.organ.name,
  ])
  secret_string_wo_version = local.versions.database_password
}

resource "aws_secretsmanager_secret" "secret_key" {
  name        = "${local.name}/secret-key"
  description = "IOP_SECRET_KEY, which signs sessions"
  tags        = local.tags
}

resource "aws_secretsmanager_secret_version" "secret_key" {
  secret_id                = aws_secretsmanager_secret.secret_key.id
  secret_string_wo         = ephemeral.aws_secretsmanager_random_password.secret_key.random_password
  secret_string_wo_version = local.versions.secret_key
}

# The broker is the platform's, for DRM's events come by it; who runs it keeps its address in this secret.
data "aws_secretsmanager_secret" "broker_url" {
  name = "${local.name}/broker-url"
}

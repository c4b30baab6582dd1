locals {
  account = var.organ.name
  # A family of parameters is that of the two leading numbers.
  series = regex("^[0-9]+\\.[0-9]+", var.database.engine_version)
}

resource "aws_db_subnet_group" "mysql" {
  name       = local.name
  subnet_ids = data.aws_subnets.private.ids
  tags       = local.tags
}

resource "aws_db_parameter_group" "mysql" {
  name   = "${local.name}-mysql-${replace(local.series, ".", "-")}"
  family = "mysql${local.series}"
  tags   = local.tags

  parameter {
    name  = "character_set_server"
    value = "utf8mb4"
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_db_instance" "mysql" {
  identifier     = local.name
  engine         = "mysql"
  engine_version = var.database.engine_version
  instance_class = var.database.instance_class

  allocated_storage     = var.database.allocated_storage
  max_allocated_storage = var.database.allocated_storage * 4
  storage_type          = "gp3"
  storage_encrypted     = true

  db_name             = local.account
  username            = local.account
  password_wo         = var.database_password
  password_wo_version = var.secrets.database_password_version

  db_subnet_group_name   = aws_db_subnet_group.mysql.name
  parameter_group_name   = aws_db_parameter_group.mysql.name
  vpc_security_group_ids = [aws_security_group.database.id]
  publicly_accessible    = false
  multi_az               = true

  backup_retention_period         = 14
  copy_tags_to_snapshot           = true
  deletion_protection             = true
  skip_final_snapshot             = false
  final_snapshot_identifier       = "${local.name}-final"
  auto_minor_version_upgrade      = true
  allow_major_version_upgrade     = false
  enabled_cloudwatch_logs_exports = ["error", "slowquery"]
  tags                            = local.tags
}

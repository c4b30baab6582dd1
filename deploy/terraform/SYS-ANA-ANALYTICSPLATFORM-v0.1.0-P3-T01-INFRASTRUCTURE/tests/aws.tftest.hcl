# What AWS is asked for, with a mocked provider: no account is needed, nothing is made. `aws/secrets` is validated and no
# more, for what has ephemeral values cannot be mocked.

mock_provider "aws" {
  mock_data "aws_vpc" {
    defaults = { id = "vpc-1", cidr_block = "10.0.0.0/16" }
  }
  mock_data "aws_subnets" {
    defaults = { ids = ["subnet-1", "subnet-2"] }
  }
  mock_data "aws_region" {
    defaults = { name = "af-south-1" }
  }
  mock_data "aws_iam_policy_document" {
    defaults = { json = "{}" }
  }
  mock_resource "aws_db_instance" {
    defaults = { endpoint = "ana-iop.example:3306" }
  }
  mock_resource "aws_iam_role" {
    defaults = { arn = "arn:aws:iam::123456789012:role/a-role" }
  }
  mock_resource "aws_lb" {
    defaults = { arn = "arn:aws:elasticloadbalancing:af-south-1:123456789012:loadbalancer/app/ana-iop/1", dns_name = "ana-iop.example" }
  }
  mock_resource "aws_lb_target_group" {
    defaults = { arn = "arn:aws:elasticloadbalancing:af-south-1:123456789012:targetgroup/ana-iop/1" }
  }
  mock_resource "aws_ecs_task_definition" {
    defaults = { arn = "arn:aws:ecs:af-south-1:123456789012:task-definition/a-part:1" }
  }
  mock_resource "aws_service_discovery_service" {
    defaults = { arn = "arn:aws:servicediscovery:af-south-1:123456789012:service/srv-1" }
  }
}

variables {
  organ = {
    name   = "iop"
    domain = "ana"
    system = "SYS-ANA-ANALYTICSPLATFORM-v0.1.0"
    image  = "webwakahub/iop-organ:v0.1.0"
  }
  replicas = 2
  database = { instance_class = "db.t3.medium", allocated_storage = 50, engine_version = "8.0" }
  scaling  = { min_replicas = 2, max_replicas = 8, cpu_threshold = 70 }
  secrets = {
    database_url              = { name = "ana-iop/database-url", arn = "arn:aws:secretsmanager:af-south-1:123456789012:secret:ana-iop/database-url-a1b2c3" }
    secret_key                = { name = "ana-iop/secret-key", arn = "arn:aws:secretsmanager:af-south-1:123456789012:secret:ana-iop/secret-key-a1b2c3" }
    broker_url                = { name = "ana-iop/broker-url", arn = "arn:aws:secretsmanager:af-south-1:123456789012:secret:ana-iop/broker-url-a1b2c3" }
    database_password_version = 1
  }
  database_password = "made by the cloud"
}

run "what_the_specification_names_is_asked_for" {
  command = apply
  module {
    source = "./aws"
  }

  assert {
    condition = (
      aws_db_instance.mysql.engine == "mysql" && aws_db_instance.mysql.engine_version == "8.0"
      && aws_db_instance.mysql.instance_class == "db.t3.medium" && aws_db_instance.mysql.allocated_storage == 50
    )
    error_message = "The database is ${aws_db_instance.mysql.instance_class} with ${aws_db_instance.mysql.allocated_storage} GB of MySQL ${aws_db_instance.mysql.engine_version}."
  }
  assert {
    condition     = aws_db_parameter_group.mysql.family == "mysql8.0"
    error_message = "The family of parameters is ${aws_db_parameter_group.mysql.family}."
  }
  assert {
    condition     = aws_ecs_service.api.desired_count == 2
    error_message = "There are ${aws_ecs_service.api.desired_count} replicas of the API."
  }
  assert {
    condition     = aws_appautoscaling_target.api.min_capacity == 2 && aws_appautoscaling_target.api.max_capacity == 8
    error_message = "Replicas go from ${aws_appautoscaling_target.api.min_capacity} to ${aws_appautoscaling_target.api.max_capacity}."
  }
  assert {
    condition     = aws_appautoscaling_policy.api.target_tracking_scaling_policy_configuration[0].target_value == 70
    error_message = "They do not follow a CPU of 70 %."
  }
  assert {
    condition     = aws_lb_target_group.api.health_check[0].path == "/api/health" && aws_lb_target_group.api.port == 3000
    error_message = "The load balancer does not ask /api/health at port 3000."
  }
  assert {
    condition     = aws_lb.entrance.idle_timeout >= 600
    error_message = "Whoever sends a model's file is given up on after ${aws_lb.entrance.idle_timeout} s, before it was looked at."
  }
}

run "nothing_is_open_that_need_not_be" {
  command = apply
  module {
    source = "./aws"
  }

  assert {
    condition     = aws_db_instance.mysql.publicly_accessible == false && aws_db_instance.mysql.storage_encrypted && aws_db_instance.mysql.deletion_protection
    error_message = "The database is public, unencrypted or deleted by a word."
  }
  assert {
    condition     = aws_lb.entrance.internal && alltrue([for service in concat([aws_ecs_service.api], values(aws_ecs_service.part)) : !service.network_configuration[0].assign_public_ip])
    error_message = "Something has an address outside the network."
  }
  assert {
    condition     = aws_vpc_security_group_ingress_rule.code_server.referenced_security_group_id == aws_security_group.parts.id && aws_vpc_security_group_ingress_rule.code_server.cidr_ipv4 == null
    error_message = "The code server can be reached by more than the parts."
  }
  assert {
    condition     = aws_s3_bucket_public_access_block.files.block_public_acls && aws_s3_bucket_public_access_block.files.restrict_public_buckets
    error_message = "Files can be made public."
  }
}

run "every_part_runs_as_the_image_wants_it" {
  command = apply
  module {
    source = "./aws"
  }

  assert {
    condition = alltrue([
      for part in values(aws_ecs_task_definition.part) :
      jsondecode(part.container_definitions)[0].user == "10001:10001" && jsondecode(part.container_definitions)[0].readonlyRootFilesystem
    ])
    error_message = "A part runs as root, or may write to its root."
  }
  assert {
    condition = alltrue([
      for part in values(aws_ecs_task_definition.part) :
      alltrue([for variable in jsondecode(part.container_definitions)[0].environment : !contains(["DATABASE_URL", "IOP_BROKER_URL", "IOP_SECRET_KEY"], variable.name)])
    ])
    error_message = "A secret is in the environment of a task definition, where everybody reads it."
  }
  assert {
    condition = [
      for name, part in aws_ecs_task_definition.part : name
      if contains([for secret in jsondecode(part.container_definitions)[0].secrets : secret.name], "IOP_SECRET_KEY")
    ] == ["api"]
    error_message = "The key of sessions is given to more than the API."
  }
  assert {
    condition     = aws_ecs_service.part["daemon"].deployment_maximum_percent == 100 && aws_ecs_service.part["daemon"].desired_count == 1
    error_message = "There may be two daemons at once."
  }
  assert {
    condition     = strcontains(output.migrate, "--task-definition ana-iop-migrate") && output.files == "s3://${aws_s3_bucket.files.bucket}"
    error_message = "The migration is ${output.migrate}, the files are in ${output.files}."
  }
}

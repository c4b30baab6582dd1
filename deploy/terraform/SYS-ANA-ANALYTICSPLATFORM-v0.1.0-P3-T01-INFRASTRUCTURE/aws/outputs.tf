output "address" {
  description = "Where the API answers inside the platform's network."
  value       = "http://${aws_lb.entrance.dns_name}"
}

output "database" {
  description = "Host and port of the MySQL server."
  value       = aws_db_instance.mysql.endpoint
}

output "files" {
  description = "IOP_STORAGE_URL."
  value       = local.files
}

output "migrate" {
  description = "The command that brings the tables to this release."
  value = join(" ", [
    "aws ecs run-task --launch-type FARGATE",
    "--cluster", aws_ecs_cluster.organ.name,
    "--task-definition", aws_ecs_task_definition.part["migrate"].family,
    "--network-configuration",
    "'awsvpcConfiguration={subnets=[${join(",", data.aws_subnets.private.ids)}],securityGroups=[${aws_security_group.parts.id}],assignPublicIp=DISABLED}'",
  ])
}

# One image, one command a part, as in deploy/README.md. A part that starts before its tables are there fails and is
# started again.

locals {
  code_server = "code-server.${aws_service_discovery_private_dns_namespace.parts.name}:${local.ports.code-server}"

  # CPU in 1/1024 of a core and memory in MB, of the sizes that Fargate has. `stop_s`: from SIGTERM to the kill, 120 at most.
  parts = {
    api = {
      command = ["iop", "serve", "api", "--host", "0.0.0.0", "--drain-delay", "6", "--code-server", local.code_server]
      cpu     = 1024, memory = 2048, stop_s = 30, signs_in = true, health = null
    }
    code-server = {
      command = ["iop", "serve", "code-server", "--host", "0.0.0.0"]
      cpu     = 512, memory = 1024, stop_s = 30, signs_in = false
      health  = ["CMD", "dagster", "api", "grpc-health-check", "-p", tostring(local.ports.code-server)]
    }
    daemon = {
      command = ["iop", "serve", "daemon", "--code-server", local.code_server]
      cpu     = 512, memory = 1024, stop_s = 30, signs_in = false, health = null
    }
    # The run in hand is finished if it ends in time; what takes longer is given back by the ledger.
    worker = {
      command = ["iop", "serve", "worker", "w1"]
      cpu     = 1024, memory = 2048, stop_s = 120, signs_in = false, health = null
    }
    events = {
      command = ["iop", "serve", "events"]
      cpu     = 256, memory = 512, stop_s = 30, signs_in = false, health = null
    }
    migrate = {
      command = ["iop", "migrate"]
      cpu     = 512, memory = 1024, stop_s = 120, signs_in = false, health = null
    }
  }

  # Nothing else can be written to: the root is read-only.
  writable = { home = "/var/lib/iop", files = "/var/lib/iop-files", tmp = "/tmp" }

  environment = {
    NODE_ENV        = "production"
    IOP_HOME        = local.writable.home
    IOP_STORAGE_URL = local.files
    IOP_TIME_ZONE   = "UTC"
    AWS_REGION      = data.aws_region.current.name
  }

  files = "s3://${aws_s3_bucket.files.bucket}"

  secrets = {
    DATABASE_URL         = var.secrets.database_url.arn
    IOP_BROKER_URL       = var.secrets.broker_url.arn
    IOP_EVENT_BROKER_URL = var.secrets.broker_url.arn
  }

  # How many of each at once: the daemon is exactly one, so the old one ends before the new one starts.
  services = {
    code-server = { count = 1, at_least = 100, at_most = 200 }
    daemon      = { count = 1, at_least = 0, at_most = 100 }
    worker      = { count = 2, at_least = 50, at_most = 200 }
    events      = { count = 1, at_least = 0, at_most = 100 }
  }
}

resource "aws_ecs_cluster" "organ" {
  name = local.name
  tags = local.tags

  setting {
    name  = "containerInsights"
    value = "enabled"
  }
}

resource "aws_cloudwatch_log_group" "parts" {
  name              = "/${var.organ.domain}/${var.organ.name}"
  retention_in_days = 30
  tags              = local.tags
}

resource "aws_service_discovery_private_dns_namespace" "parts" {
  name = "${local.name}.internal"
  vpc  = data.aws_vpc.platform.id
  tags = local.tags
}

resource "aws_service_discovery_service" "code_server" {
  name = "code-server"
  tags = local.tags

  dns_config {
    namespace_id = aws_service_discovery_private_dns_namespace.parts.id

    dns_records {
      type = "A"
      ttl  = 10
    }
  }
}

resource "aws_ecs_task_definition" "part" {
  for_each = local.parts

  family                   = "${local.name}-${each.key}"
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = each.value.cpu
  memory                   = each.value.memory
  execution_role_arn       = aws_iam_role.starts.arn
  task_role_arn            = aws_iam_role.runs.arn
  tags                     = local.tags

  container_definitions = jsonencode([{
    name                   = each.key
    image                  = var.organ.image
    essential              = true
    command                = each.value.command
    user                   = "10001:10001"
    readonlyRootFilesystem = true
    stopTimeout            = each.value.stop_s
    linuxParameters        = { capabilities = { drop = ["ALL"] } }
    portMappings = contains(keys(local.ports), each.key) ? [
      { containerPort = local.ports[each.key], protocol = "tcp" }
    ] : []
    healthCheck = each.value.health == null ? null : {
      command = each.value.health, interval = 30, timeout = 20, retries = 3, startPeriod = 60
    }
    environment = [for name, value in local.environment : { name = name, value = value }]
    secrets = [
      for name, arn in merge(
        local.secrets, each.value.signs_in ? { IOP_SECRET_KEY = var.secrets.secret_key.arn } : {}
      ) : { name = name, valueFrom = arn }
    ]
    mountPoints = [for name, path in local.writable : { sourceVolume = name, containerPath = path, readOnly = false }]
    logConfiguration = {
      logDriver = "awslogs"
      options = {
        awslogs-group         = aws_cloudwatch_log_group.parts.name
        awslogs-region        = data.aws_region.current.name
        awslogs-stream-prefix = each.key
      }
    }
  }])

  # Owned by the image's user, since the image names them as volumes.
  dynamic "volume" {
    for_each = local.writable

    content {
      name = volume.key
    }
  }
}

resource "aws_ecs_service" "part" {
  for_each = local.services

  name            = "${local.name}-${each.key}"
  cluster         = aws_ecs_cluster.organ.id
  task_definition = aws_ecs_task_definition.part[each.key].arn
  desired_count   = each.value.count
  launch_type     = "FARGATE"
  propagate_tags  = "SERVICE"
  tags            = local.tags

  deployment_minimum_healthy_percent = each.value.at_least
  deployment_maximum_percent         = each.value.at_most

  network_configuration {
    subnets          = data.aws_subnets.private.ids
    assign_public_ip = false
    security_groups = concat(
      [aws_security_group.parts.id],
      each.key == "code-server" ? [aws_security_group.code_server.id] : [],
    )
  }

  dynamic "service_registries" {
    for_each = each.key == "code-server" ? [aws_service_discovery_service.code_server.arn] : []

    content {
      registry_arn = service_registries.value
    }
  }
}

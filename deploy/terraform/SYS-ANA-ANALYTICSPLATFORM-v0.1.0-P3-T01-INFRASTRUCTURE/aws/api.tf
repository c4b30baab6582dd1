# The API behind an address inside the platform's network; whoever lets people in from outside puts TLS in front of it.

resource "aws_lb" "entrance" {
  name               = local.name
  internal           = true
  load_balancer_type = "application"
  subnets            = data.aws_subnets.private.ids
  security_groups    = [aws_security_group.entrance.id]
  # Longer than a model's file waits for its answer, without a byte on the way: its look and those before it take two
  # minutes each at the most.
  idle_timeout               = 600
  drop_invalid_header_fields = true
  tags                       = local.tags
}

resource "aws_lb_target_group" "api" {
  name                 = local.name
  vpc_id               = data.aws_vpc.platform.id
  target_type          = "ip"
  protocol             = "HTTP"
  port                 = local.ports.api
  deregistration_delay = 20
  tags                 = local.tags

  health_check {
    path                = "/api/health"
    matcher             = "200"
    interval            = 5
    timeout             = 3
    healthy_threshold   = 2
    unhealthy_threshold = 2
  }
}

resource "aws_lb_listener" "http" {
  load_balancer_arn = aws_lb.entrance.arn
  protocol          = "HTTP"
  port              = 80
  tags              = local.tags

  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.api.arn
  }
}

resource "aws_ecs_service" "api" {
  name            = "${local.name}-api"
  cluster         = aws_ecs_cluster.organ.id
  task_definition = aws_ecs_task_definition.part["api"].arn
  desired_count   = var.replicas
  launch_type     = "FARGATE"
  propagate_tags  = "SERVICE"
  tags            = local.tags

  # None goes before another is there to take its place.
  deployment_minimum_healthy_percent = 100
  deployment_maximum_percent         = 200
  health_check_grace_period_seconds  = 60

  network_configuration {
    subnets          = data.aws_subnets.private.ids
    security_groups  = [aws_security_group.parts.id, aws_security_group.api.id]
    assign_public_ip = false
  }

  load_balancer {
    target_group_arn = aws_lb_target_group.api.arn
    container_name   = "api"
    container_port   = local.ports.api
  }

  # From the first day on the load says how many.
  lifecycle {
    ignore_changes = [desired_count]
  }

  depends_on = [aws_lb_listener.http]
}

resource "aws_appautoscaling_target" "api" {
  service_namespace  = "ecs"
  scalable_dimension = "ecs:service:DesiredCount"
  resource_id        = "service/${aws_ecs_cluster.organ.name}/${aws_ecs_service.api.name}"
  min_capacity       = var.scaling.min_replicas
  max_capacity       = var.scaling.max_replicas
  tags               = local.tags
}

resource "aws_appautoscaling_policy" "api" {
  name               = "${local.name}-cpu"
  policy_type        = "TargetTrackingScaling"
  service_namespace  = aws_appautoscaling_target.api.service_namespace
  scalable_dimension = aws_appautoscaling_target.api.scalable_dimension
  resource_id        = aws_appautoscaling_target.api.resource_id

  target_tracking_scaling_policy_configuration {
    target_value = var.scaling.cpu_threshold

    predefined_metric_specification {
      predefined_metric_type = "ECSServiceAverageCPUUtilization"
    }
  }
}

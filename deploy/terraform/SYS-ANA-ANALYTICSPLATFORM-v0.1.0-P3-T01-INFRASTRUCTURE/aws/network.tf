# The platform's network is there before the organ; it is found by its tags, since the contract names no network.

locals {
  name = "${var.organ.domain}-${var.organ.name}"
  tags = {
    organ  = var.organ.name
    domain = var.organ.domain
    system = var.organ.system
  }
  ports = { api = 3000, code-server = 4000, mysql = 3306 }
}

data "aws_region" "current" {}

data "aws_vpc" "platform" {
  tags = { system = var.organ.system }
}

data "aws_subnets" "private" {
  filter {
    name   = "vpc-id"
    values = [data.aws_vpc.platform.id]
  }
  tags = { tier = "private" }

  lifecycle {
    postcondition {
      condition     = length(self.ids) >= 2
      error_message = "The network of ${var.organ.system} has ${length(self.ids)} subnets with the tag tier = \"private\": the database and the load balancer want two, in two zones."
    }
  }
}

# Every part is in `parts`, to which nothing may connect; what listens has a group of its own besides.
resource "aws_security_group" "parts" {
  name        = "${local.name}-parts"
  description = "All parts of ${local.name}: they connect, nothing connects to them"
  vpc_id      = data.aws_vpc.platform.id
  tags        = local.tags
}

resource "aws_security_group" "entrance" {
  name        = "${local.name}-entrance"
  description = "Load balancer of ${local.name}"
  vpc_id      = data.aws_vpc.platform.id
  tags        = local.tags
}

resource "aws_security_group" "api" {
  name        = "${local.name}-api"
  description = "API of ${local.name}"
  vpc_id      = data.aws_vpc.platform.id
  tags        = local.tags
}

resource "aws_security_group" "code_server" {
  name        = "${local.name}-code-server"
  description = "Code server of ${local.name}, which asks nobody to sign in"
  vpc_id      = data.aws_vpc.platform.id
  tags        = local.tags
}

resource "aws_security_group" "database" {
  name        = "${local.name}-database"
  description = "MySQL of ${local.name}"
  vpc_id      = data.aws_vpc.platform.id
  tags        = local.tags
}

# Databases, brokers, object stores and registries of images.
resource "aws_vpc_security_group_egress_rule" "parts" {
  security_group_id = aws_security_group.parts.id
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "-1"
}

resource "aws_vpc_security_group_ingress_rule" "entrance" {
  security_group_id = aws_security_group.entrance.id
  cidr_ipv4         = data.aws_vpc.platform.cidr_block
  ip_protocol       = "tcp"
  from_port         = 80
  to_port           = 80
}

resource "aws_vpc_security_group_egress_rule" "entrance_to_api" {
  security_group_id            = aws_security_group.entrance.id
  referenced_security_group_id = aws_security_group.api.id
  ip_protocol                  = "tcp"
  from_port                    = local.ports.api
  to_port                      = local.ports.api
}

resource "aws_vpc_security_group_ingress_rule" "api" {
  security_group_id            = aws_security_group.api.id
  referenced_security_group_id = aws_security_group.entrance.id
  ip_protocol                  = "tcp"
  from_port                    = local.ports.api
  to_port                      = local.ports.api
}

resource "aws_vpc_security_group_ingress_rule" "code_server" {
  security_group_id            = aws_security_group.code_server.id
  referenced_security_group_id = aws_security_group.parts.id
  ip_protocol                  = "tcp"
  from_port                    = local.ports.code-server
  to_port                      = local.ports.code-server
}

resource "aws_vpc_security_group_ingress_rule" "database" {
  security_group_id            = aws_security_group.database.id
  referenced_security_group_id = aws_security_group.parts.id
  ip_protocol                  = "tcp"
  from_port                    = local.ports.mysql
  to_port                      = local.ports.mysql
}

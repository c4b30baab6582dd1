# IOP on the platform, as its specification calls the module.

terraform {
  required_version = ">= 1.11, < 2.0"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.100"
    }
  }
}

# Region and credentials come from the environment: AWS_REGION, AWS_PROFILE or a role.
provider "aws" {}

module "iop_organ" {
  source = "../SYS-ANA-ANALYTICSPLATFORM-v0.1.0-P3-T01-INFRASTRUCTURE"

  organ_name    = "iop"
  organ_domain  = "ana"
  system_code   = "SYS-ANA-ANALYTICSPLATFORM-v0.1.0"
  replica_count = 2

  database_config = {
    instance_class    = "db.t3.medium"
    allocated_storage = 50
    engine_version    = "8.0"
  }

  scaling_config = {
    min_replicas  = 2
    max_replicas  = 8
    cpu_threshold = 70
  }
}

output "iop_organ" {
  description = "Where IOP is, and how its tables are migrated."
  value       = module.iop_organ
}

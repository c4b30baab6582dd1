# The platform's module for an organ. `contract` says what an organ is and refuses what none can be; what it says of
# clouds is the source of two modules: others with the same variables and outputs put the organ elsewhere.

module "contract" {
  source = "./contract"

  organ_name      = var.organ_name
  organ_domain    = var.organ_domain
  system_code     = var.system_code
  replica_count   = var.replica_count
  database_config = var.database_config
  scaling_config  = var.scaling_config
}

# Apart from the rest, for nothing that has ephemeral values can be tested with a mocked provider.
module "secrets" {
  source = "./aws/secrets"

  organ    = module.contract.organ
  endpoint = module.cloud.database
}

module "cloud" {
  source = "./aws"

  organ    = module.contract.organ
  replicas = module.contract.replicas
  database = module.contract.database
  scaling  = module.contract.scaling

  secrets           = module.secrets.references
  database_password = module.secrets.database_password
}

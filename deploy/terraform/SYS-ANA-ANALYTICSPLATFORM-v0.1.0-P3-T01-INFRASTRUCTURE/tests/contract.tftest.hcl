# What an organ may be, and the refusal of what none can be; no cloud is asked.

variables {
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

run "the_specification_is_accepted" {
  command = plan
  module {
    source = "./contract"
  }

  assert {
    condition     = output.organ.image == "webwakahub/iop-organ:v0.1.0"
    error_message = "The image is ${output.organ.image}."
  }
}

run "a_name_that_no_cloud_takes_is_refused" {
  module {
    source = "./contract"
  }
  command = plan
  variables { organ_name = "IOP organ" }
  expect_failures = [var.organ_name]
}

run "a_domain_that_no_cloud_takes_is_refused" {
  module {
    source = "./contract"
  }
  command = plan
  variables { organ_domain = "ana-" }
  expect_failures = [var.organ_domain]
}

run "a_system_without_a_version_is_refused" {
  module {
    source = "./contract"
  }
  command = plan
  variables { system_code = "SYS-ANA-ANALYTICSPLATFORM" }
  expect_failures = [var.system_code]
}

run "half_a_replica_is_refused" {
  module {
    source = "./contract"
  }
  command = plan
  variables { replica_count = 2.5 }
  expect_failures = [var.replica_count]
}

run "replicas_outside_their_bounds_are_refused" {
  module {
    source = "./contract"
  }
  command = plan
  variables { replica_count = 9 }
  expect_failures = [var.replica_count]
}

run "a_class_of_another_kind_of_machine_is_refused" {
  module {
    source = "./contract"
  }
  command = plan
  variables {
    database_config = { instance_class = "t3.medium", allocated_storage = 50, engine_version = "8.0" }
  }
  expect_failures = [var.database_config]
}

run "a_disk_that_no_database_has_is_refused" {
  module {
    source = "./contract"
  }
  command = plan
  variables {
    database_config = { instance_class = "db.t3.medium", allocated_storage = 5, engine_version = "8.0" }
  }
  expect_failures = [var.database_config]
}

run "a_database_that_is_not_tested_is_refused" {
  module {
    source = "./contract"
  }
  command = plan
  variables {
    database_config = { instance_class = "db.t3.medium", allocated_storage = 50, engine_version = "5.7" }
  }
  expect_failures = [var.database_config]
}

run "bounds_the_wrong_way_round_are_refused" {
  module {
    source = "./contract"
  }
  command = plan
  variables {
    scaling_config = { min_replicas = 2, max_replicas = 1, cpu_threshold = 70 }
  }
  expect_failures = [var.scaling_config]
}

run "a_threshold_that_is_no_share_is_refused" {
  module {
    source = "./contract"
  }
  command = plan
  variables {
    scaling_config = { min_replicas = 2, max_replicas = 8, cpu_threshold = 700 }
  }
  expect_failures = [var.scaling_config]
}

"""What is registered is a partition, not an asset: a model created a second ago can run at once."""

import dagster as dg

datasets = dg.DynamicPartitionsDefinition(name="datasets")
rule_based_models = dg.DynamicPartitionsDefinition(name="rule_based_models")
statistical_models = dg.DynamicPartitionsDefinition(name="statistical_models")
ml_models = dg.DynamicPartitionsDefinition(name="ml_models")
templates = dg.DynamicPartitionsDefinition(name="templates")

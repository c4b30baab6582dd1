"""What is registered is a partition, not an asset: a model created a second ago can run at once."""

from collections.abc import Iterator

import dagster as dg

# An asset whose body logs its own materialization, one an execution, yields none to Dagster.
NoOutput = Iterator[dg.Output[None]]

datasets = dg.DynamicPartitionsDefinition(name="datasets")
rule_based_models = dg.DynamicPartitionsDefinition(name="rule_based_models")
statistical_models = dg.DynamicPartitionsDefinition(name="statistical_models")
ml_models = dg.DynamicPartitionsDefinition(name="ml_models")
templates = dg.DynamicPartitionsDefinition(name="templates")

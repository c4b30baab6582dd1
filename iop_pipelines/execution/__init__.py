"""What runs one model on one input; nothing of Dagster, which is orchestration's."""

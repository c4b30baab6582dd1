"""What is registered: analytical models and report templates, their versions and partition keys."""

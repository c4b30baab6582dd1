terraform {
  # Ephemeral values and write-only arguments keep secrets out of plans and states.
  required_version = ">= 1.11, < 2.0"
}

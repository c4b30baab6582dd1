"""The audit trail: who did what, written with the change that it tells of."""

"""The execution ledger: requests as rows, their launch, and the mirror of Dagster's run history."""

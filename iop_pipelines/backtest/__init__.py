"""What a model would have told of the history that is there, found out before it tells anything.

`windows` and `told` are light; the rest loads pandas, and only workers and commands import it. Backtests as rows are
the ledger's.
"""

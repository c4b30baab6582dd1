"""How a registered model is executed: one row of `catalogue` a runtime, one interface (`base`).

`base`, `params`, `catalogue` and `lookup` are light; a runtime's own module loads numpy, pandas and its method.
"""

"""How a registered model is executed: one interface (`base`), found by name (`lookup`).

`base`, `params` and `lookup` are light; a runtime's own module loads numpy, pandas and its method.
"""

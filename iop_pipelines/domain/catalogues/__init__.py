"""The platform's own words in each language besides English, a module a language that bears its code.

`TEXTS` has them by the English that stands in the code. `domain.languages` reads them.
"""

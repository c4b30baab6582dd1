"""How seldom chance gives a day whose rows are not one but several a little seldom.

Of n rows the k-th smallest chance is as small as p by a binomial tail (Berk & Jones 1979, of one k), which is taken for
the k that says most. That several are tried costs a factor 2 to the power of k, of which the inverses are 1 together.
Errors of a day's rows are taken as independent: rows are expected by those before them.
"""

import numpy as np
from scipy.special import betainc

# Beyond so many a day could not be more seldom.
_MOST = 64


def chance_of_day(p: np.ndarray, rows: int) -> float:
    """p: the chances of some of a day's rows; rows: how many a day has."""
    smallest = np.sort(p)[: min(_MOST, rows)]
    if not len(smallest):
        return 1.0
    k = np.arange(1, len(smallest) + 1)
    chances = 2.0**k * betainc(k, rows - k + 1.0, smallest)
    return min(float(chances.min()), 1.0)


def chance_of_days(ds: np.ndarray, p: np.ndarray, rows: int) -> float:
    """Of the most seldom of the days that the moments are in; p: (n,) NaN where nothing was judged."""
    known = np.isfinite(p)
    days = ds[known].astype("datetime64[D]")
    return min((chance_of_day(p[known][days == day], rows) for day in np.unique(days)), default=1.0)

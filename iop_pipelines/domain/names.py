"""Names that people give to models, templates and dashboards: exact in case and accents, without margins.

MySQL and MariaDB compare text without the spaces at its end, SQLite with them: two names that differ by
those alone would be one there and two here.
"""

from typing import Annotated

from pydantic import StringConstraints

# Of a row, in every database.
MAX_ID = 2**31 - 1

GivenName = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=255)]

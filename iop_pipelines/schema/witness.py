"""Who is told of a change inside its own transaction, such as the audit trail of the API.

A function that opens a transaction for a change takes `witness: Witness = unwitnessed` and calls it
once as its last act there, also where the change was made before and nothing is left to do. What a
witness raises undoes the change.
"""

from typing import Protocol

import sqlalchemy as sa


class Witness(Protocol):
    def __call__(self, connection: sa.Connection, before: object, after: object) -> None:
        """
        before, after: what pydantic can write as JSON, under the names of the columns. `before` is
        None for what is new, `after` for what is gone; both are the same where nothing changed.
        """
        ...


def unwitnessed(connection: sa.Connection, before: object, after: object) -> None:
    """For changes that nobody is told of: the platform's own, and those of commands on the machine."""

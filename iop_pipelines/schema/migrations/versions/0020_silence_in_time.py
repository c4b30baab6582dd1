"""Models that were stored with the former cool-down of seven periods follow the time that grows with the data.

It stood there whether or not the model's file said so; a file registered again would else differ from what is stored.
"""

import json
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

_FORMER = 7
_MODELS = sa.table("analytical_models", sa.column("id"), sa.column("config", sa.JSON))


def upgrade() -> None:
    _replace(_FORMER, None)


def downgrade() -> None:
    """What says nothing gets the number that it had; the release before knows no other way."""
    _replace(None, _FORMER)


def _replace(old: int | None, new: int | None) -> None:
    connection = op.get_bind()
    for model_id, content in connection.execute(sa.select(_MODELS)).all():
        config = _read(content)
        advice = (config or {}).get("advice")
        if config is None or advice is None or advice.get("cool_down", _FORMER) != old:
            continue
        changed = config | {"advice": advice | {"cool_down": new}}
        connection.execute(
            sa.update(_MODELS).where(_MODELS.c.id == model_id).values(config=changed)
        )


def _read(content: Any) -> dict[str, Any] | None:
    return json.loads(content) if isinstance(content, str | bytes) else content

"""Alembic's entry: compares and migrates IOP's tables only, on the connection that it is given.

Dagster may keep its tables, and its own `alembic_version`, in the same database.
"""

from alembic import context

from iop_pipelines.schema.engine import begin_write, engine_for
from iop_pipelines.schema.migrate import context_options
from iop_pipelines.settings import Settings

if context.is_offline_mode():
    context.configure(url=Settings.from_env().database_url, literal_binds=True, **context_options())
    context.run_migrations()
elif connection := context.config.attributes.get("connection"):
    context.configure(connection=connection, **context_options())
    context.run_migrations()
else:
    # `alembic revision --autogenerate`, by a developer: the database of the environment.
    with begin_write(engine_for(Settings.from_env().database_url)) as connection:
        context.configure(connection=connection, **context_options())
        context.run_migrations()

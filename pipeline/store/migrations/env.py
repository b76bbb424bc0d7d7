"""Runs the migrations on the connection that `pipeline.store.upgrade` hands over, inside its transaction."""

from alembic import context

context.configure(
    connection=context.config.attributes["connection"],
    transactional_ddl=True,  # SQLite too: the store begins its transactions itself
)
context.run_migrations()

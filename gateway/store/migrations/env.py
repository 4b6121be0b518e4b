"""Alembic's entry: runs the migrations on the connection that `gateway.store.migrate` opened."""

from alembic import context

from gateway.store.migrations.schema import METADATA

context.configure(
    connection=context.config.attributes["connection"], target_metadata=METADATA, render_as_batch=True
)
with context.begin_transaction():
    context.run_migrations()

"""What Alembic runs for each migration: in the transaction of the connection that it is given."""

from alembic import context
from sqlmodel import SQLModel

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=SQLModel.metadata,
    transactional_ddl=False,  # whoever calls has begun the transaction and ends it
)
context.run_migrations()

"""The numbered steps from one schema to the next; Alembic runs them at start, under a lock."""

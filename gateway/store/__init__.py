"""The store: tables, statements, migrations, and the one writer."""

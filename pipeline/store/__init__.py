"""The store of publications, the audit, answers and contests; its schema, migrations and retention periods."""

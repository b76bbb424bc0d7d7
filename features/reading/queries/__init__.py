"""SQL over files in DuckDB: statements, what they may reach, and errors that name the place."""

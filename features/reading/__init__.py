"""From the forms that a source comes in (files, a workbook, SQL over files or a database) to raw Parquet."""

"""The lists as files and pages: HTML, CSV, XLSX, one folder a month."""

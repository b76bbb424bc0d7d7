"""Excel workbooks: sheets, where a table begins, and what a file may unpack to."""

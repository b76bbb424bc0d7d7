"""Limits that no real export reaches, so that a file made to exhaust memory or disk is an error within seconds."""

from typing import Final

MOST_COLUMNS: Final = 5_000
"""Columns of a file. A survey with every answer in a column of its own has hundreds; each costs memory for all rows."""

LONGEST_HEADER: Final = 4 << 20
"""Bytes up to the end of the row with the names of the columns: the longest names that fit MOST_COLUMNS."""

LARGEST_RATIO: Final = 200
"""Bytes that a compressed byte may stand for. Exports reach 50; zeros reach 1,000."""

ALWAYS_UNPACKED: Final = 64 << 20
"""Bytes that may be unpacked at any ratio: a small file of blanks does no harm."""

LARGEST_WORKBOOK: Final = 4 << 30
"""Bytes of a workbook unpacked. A full sheet of 1,048,576 rows and 50 columns has 3 GB of XML."""

LONGEST_TEXT: Final = 16 * 32_767
"""Bytes of a text that cells of a workbook share: Excel's 32,767 characters, with the marks of their formats."""

LARGEST_TEXTS: Final = 4 << 30
"""Bytes of the shared texts in all cells of a workbook: each repetition takes memory of its own."""

MOST_SPANNED: Final = 2_000_000
"""Cells between the first and the last filled one of a sheet that always fit in memory, filled or not."""

SPANNED_PER_FILLED: Final = 20
"""Above that, cells that a sheet may span for each one that is filled."""

ROWS_ALWAYS_READ: Final = 10_000_000
"""Rows of a Parquet file that may have any size."""

ROWS_PER_BYTE: Final = 100
"""Above that, rows that a byte of Parquet may stand for. One repeated value takes a byte for thousands of them."""

"""An export as it was handed over -> its tables as text: files, sheets, databases."""

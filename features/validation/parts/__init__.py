"""Validation of a table of facts in parts, on the machines of an engine: the code of one process, on each part."""

"""The Python interface for notebooks, which `pipeline` offers: `from pipeline import train, judge, publish, plan`.

Each function does what a command or a page does. Settings come from the environment (`RETENTION_…`), as for the
commands, unless others are given.
"""

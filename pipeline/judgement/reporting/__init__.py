"""The training report and its parts, as dataclasses and as plots."""

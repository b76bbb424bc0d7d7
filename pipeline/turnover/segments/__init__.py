"""Segments: people in two or three groups at once, of whom more left, or are expected to, than the groups explain."""

from pipeline.turnover.segments.left import segments_of
from pipeline.turnover.segments.search import LEAST_PEOPLE

__all__ = ["LEAST_PEOPLE", "segments_of"]

"""Segments: people in two or three groups at once, of whom more left, or are expected to, than the groups explain."""

from pipeline.turnover.segments.left import segments_of

__all__ = ["segments_of"]

"""Scores: of everyone on a snapshot date, of records that a client sends, and after a change."""

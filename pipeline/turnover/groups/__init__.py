"""Figures of groups by month: sums, tables with what of them may be shown, and the rows that are read."""

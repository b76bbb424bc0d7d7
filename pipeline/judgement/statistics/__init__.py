"""Figures with their intervals: metrics, resampling of people, clustered regression, sequential looks."""

"""The other tables: surveys, reviews, assessments, hours, leave, services, measures, and how people are called."""

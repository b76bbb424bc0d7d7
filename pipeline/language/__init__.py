"""Texts in every language: the translator, numbers and dates, the choice of a language, and the wording."""

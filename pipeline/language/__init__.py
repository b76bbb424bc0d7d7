"""The product's texts in every language: the translator, numbers and dates, the choice of a language, the wording."""

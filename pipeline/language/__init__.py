"""The product's texts in every language: the translator, the wording, and the catalogue of messages."""

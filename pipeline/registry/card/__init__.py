"""The model card: its figures and texts, and the page and Markdown that are made of them."""

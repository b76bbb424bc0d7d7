"""The validated tables of a source from one run to the next: an unchanged source is neither read nor checked again."""

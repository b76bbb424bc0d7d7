"""Who was employed when and in which post, as far as a source observed it."""

"""Internal services between colleagues and departments: monthly sums, their store, pairs and partners."""

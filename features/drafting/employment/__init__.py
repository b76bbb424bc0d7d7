"""Who was employed from when to when, where, and for what pay: employees, exits, assignments, compensation."""

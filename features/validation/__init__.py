"""From raw tables to canonical ones, with one report of all errors and warnings."""

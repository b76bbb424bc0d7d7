"""From raw tables to canonical ones, with one report of everything that is wrong."""

"""The record of who looked at whom: its chain, its queue of rows, and its counts."""

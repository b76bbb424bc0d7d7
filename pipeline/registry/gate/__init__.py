"""The promotion gate: its conditions and their texts."""

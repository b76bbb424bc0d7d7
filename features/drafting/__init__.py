"""An export that nobody described -> a `source.toml`, with the evidence for each line and the questions left open."""

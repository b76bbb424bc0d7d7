"""The server: an API and pages over published scores, and who may see what."""

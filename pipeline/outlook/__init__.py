"""What is coming: head count by group over the next months, with the exits expected and the hires planned."""

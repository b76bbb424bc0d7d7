"""The simulated company: HR tables as a company would hold them, and the true hazard that causes its exits."""

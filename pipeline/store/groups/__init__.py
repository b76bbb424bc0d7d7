"""Published figures of groups, and what was shown of them before."""

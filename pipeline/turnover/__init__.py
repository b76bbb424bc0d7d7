"""What happened: turnover by group, retention of hire cohorts, stated reasons, and how long it takes to replace."""

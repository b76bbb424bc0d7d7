"""Whether published scores came true, drift, alerts, and the report on them."""

"""Monitoring: published scores compared with what happened, drift, alerts, and the report."""

"""Mail, webhook and reminders: claimed once, sent, settled."""

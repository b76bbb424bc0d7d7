"""What a route and a page both show: a person, a page of people, a list, groups, services, the audit, a model."""

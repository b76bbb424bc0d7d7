"""What routes and pages share: a person, a page of people, a list, groups, services, the audit, a model."""

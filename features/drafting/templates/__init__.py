"""What is known of the exports of HR systems, as data: a file a system. It adds evidence, and is no second path."""

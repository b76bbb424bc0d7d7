"""What a route and a page both show."""

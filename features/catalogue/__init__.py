"""What a feature is, every feature that a source gives, and the page that describes them."""

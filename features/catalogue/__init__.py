"""The definition of a feature, the features that a source gives, and the page that describes them."""

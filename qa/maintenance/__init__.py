"""Check an installation and an index, and repair the index."""

"""The page Explore pictures: what is in a collection without anyone saying so."""

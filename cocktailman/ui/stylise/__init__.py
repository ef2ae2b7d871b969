"""The page Stylise."""

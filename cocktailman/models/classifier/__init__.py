"""The classifier of ingredients."""

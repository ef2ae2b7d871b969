"""The detector of drinks."""

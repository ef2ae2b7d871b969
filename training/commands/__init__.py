"""The commands of `python -m training`, by their subject."""

"""Counts the values of pixels: the whole training of the simplest painters."""

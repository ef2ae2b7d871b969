"""Fits trees of attributes to recipes."""

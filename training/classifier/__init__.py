"""Trains and calibrates the classifier of ingredients."""

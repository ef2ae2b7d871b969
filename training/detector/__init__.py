"""Trains the detector of drinks."""

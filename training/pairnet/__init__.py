"""Trains the pair network."""

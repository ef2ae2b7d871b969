"""Trains the segmenter of drinks."""

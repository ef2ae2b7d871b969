"""The segmenter of drinks."""

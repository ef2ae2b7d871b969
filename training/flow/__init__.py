"""Trains the rectified flow of cut-outs."""

"""Trains a CVAE."""

"""Trains a C-IDVAE."""

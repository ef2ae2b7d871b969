"""Checkpoints measured on pictures they were not trained on."""

"""Networks and their configurations, a folder a model; checkpoints, and what kinds there are."""

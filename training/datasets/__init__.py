"""What networks are trained on: photos, crops, renders, as packed files and as batches."""

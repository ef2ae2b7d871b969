"""Makes the shelf of style images (data/style-images): paintings in the public domain, and patterns of our own."""

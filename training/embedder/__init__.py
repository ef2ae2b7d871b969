"""Makes the embedder: features once, captions of labels and factors, small heads over them."""

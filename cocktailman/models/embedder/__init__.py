"""Pictures and sentences in one space: the network of the embedder."""

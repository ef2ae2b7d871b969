"""An autoencoder of drinks, whose error tells what is none."""

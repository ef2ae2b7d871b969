"""Makes what tells odd pictures: an autoencoder of drinks, and a bank of drinks to be near to."""

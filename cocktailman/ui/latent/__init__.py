"""The page *Latent space*."""

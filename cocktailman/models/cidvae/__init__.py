"""The conditional implicit-discriminator VAE."""

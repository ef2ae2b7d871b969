"""Makes weights of CycleGAN."""

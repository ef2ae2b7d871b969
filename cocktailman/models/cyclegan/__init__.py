"""CycleGAN, photos to renders and back."""

"""Makes weights of AdaIN style transfer."""

"""Labels: what can be said of a picture in a few words, and of which pictures it is known to be true."""

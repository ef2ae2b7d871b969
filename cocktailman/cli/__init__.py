"""Commands by the dozen, a file a subject; `cocktailman/__main__.py` gathers them."""

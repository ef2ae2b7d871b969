"""Makes data and weights; imports cocktailman, is imported by nobody."""

"""The simplest painter: each pixel for itself, from the values that were seen there."""

"""What networks are trained to make small: one small class a formulation, the paper above each."""

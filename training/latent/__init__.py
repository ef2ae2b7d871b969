"""Style tables of what ships, and the regressor fitted on them."""

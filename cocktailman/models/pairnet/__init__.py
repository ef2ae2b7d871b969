"""The network that learnt from pairs of pictures what one factor changes."""

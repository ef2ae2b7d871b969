"""What has no drink among its nearest neighbours is none."""

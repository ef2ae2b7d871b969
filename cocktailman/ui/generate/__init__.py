"""The page *Generate*."""

"""The page *Recognise*."""

"""The page that a run leaves for a person to read."""

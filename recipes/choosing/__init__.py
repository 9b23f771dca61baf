"""The guide's choices, each with its figures and its reason."""

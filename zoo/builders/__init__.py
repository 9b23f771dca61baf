"""The builders of models, what they share, and how parts become one model."""

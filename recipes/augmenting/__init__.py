"""Rows that are changed a little while a model is trained, so that it sees more kinds."""

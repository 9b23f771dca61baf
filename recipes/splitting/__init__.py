"""Training, validation and sealed test rows."""

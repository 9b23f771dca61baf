"""Evidence of a training: its history, the model, the data, and a probe of both."""

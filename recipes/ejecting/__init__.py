"""A run as one script that needs Keras and no goodfit."""

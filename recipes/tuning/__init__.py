"""Fine-tuning: keras-tuner decides which settings are tried, an executor tries them."""

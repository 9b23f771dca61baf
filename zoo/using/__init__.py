"""What a trained model is used for: writing, translating, looking inside, export."""

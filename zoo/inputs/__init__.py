"""The inputs of models, inside them: raw values in, encoded tensors out; one file for each kind."""

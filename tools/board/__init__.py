"""TensorBoard over runs, with a tab that says what was found and what was tried."""

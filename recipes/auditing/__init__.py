"""What is wrong with the data, before anything is learned from them."""

"""From a file, frame or arrays to a `Dataset`: what was inferred, and every problem at once."""

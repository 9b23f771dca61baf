"""Small made data, one file for each recipe, written in the form that `load` reads."""

"""How tasks whose answer is a sequence are trained on, answered and scored; one file for each."""

"""How good answers are, how sure that is, and what they have to beat."""

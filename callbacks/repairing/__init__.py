"""Remedies carried out: the changed model built anew, trained, compared, kept or undone."""

"""Diagnosis of trainings that do not ask for it: scripts and notebooks."""

"""The five phases: one change at a time, compared, and written down."""

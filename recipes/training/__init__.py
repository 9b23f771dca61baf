"""One training: engine, loop, checkpoint, saved file, run folder."""

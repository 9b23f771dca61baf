"""Rules: evidence in, finding out, nothing else touched."""

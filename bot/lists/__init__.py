"""`textobot lists`: who is on a list, put on it and taken off by hand or from a file."""

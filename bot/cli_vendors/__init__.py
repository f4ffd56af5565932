"""`textobot vudumobile` and `textobot clever` on the command line."""

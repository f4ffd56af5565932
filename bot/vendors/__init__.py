"""`textobot vudumobile` and `textobot clever`: the vendors' functions as commands."""

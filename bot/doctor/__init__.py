"""`textobot doctor`: looks at everything that may go wrong, and says what to do."""

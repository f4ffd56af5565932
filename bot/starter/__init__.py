"""What `textobot init` writes: a configuration and first rules of one's own."""

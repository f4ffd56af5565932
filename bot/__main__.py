"""`python -m bot` is `textobot`."""

from bot.cli import main

main()

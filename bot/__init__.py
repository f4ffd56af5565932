"""Textobot: texts come in through an SMS gateway, one reply goes out."""

__version__ = "0.5.0"

"""The pure core: values, and the functions that decide over them.

Nothing here awaits, reads a clock, draws a random number or opens a file; time and codes come in
as arguments. Nothing here imports from the rest of `bot`.
"""

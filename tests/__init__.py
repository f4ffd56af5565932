"""The tests: a table or a story each."""

"""Both adapters against servers that say what the vendors might."""

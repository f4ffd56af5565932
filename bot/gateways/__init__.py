"""The vendors' APIs: the only part that speaks HTTP as a client."""

"""What we serve over HTTP: health and metrics."""

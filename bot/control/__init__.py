"""How a command beside the daemon reaches the one writer of its store."""

"""What a text costs: the whole daemon beside bare requests, in one run on one machine."""

"""What of a graph is trained, and how fast: parameters that are frozen, factors of the rate."""

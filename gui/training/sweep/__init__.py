"""The page Sweep: the loss that a training comes to, by its learning rate."""

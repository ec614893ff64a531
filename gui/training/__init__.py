"""Training in the window: the panel with its pages, and what stands in them."""

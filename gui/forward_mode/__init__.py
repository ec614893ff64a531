"""Forward mode in the window: which tangent is pushed, what of it is shown, and how it compares."""

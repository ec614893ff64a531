"""The page Pictures of the training: what a graph does with its samples, live."""

"""The peers of `engine.py`: each file gives `steps(work)`, one training step to call again."""

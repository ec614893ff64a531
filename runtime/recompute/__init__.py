"""Store or recompute: runs that keep checkpoints alone, and work the rest out again."""

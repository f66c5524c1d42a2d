"""What `evaluate` measures: one figure or one source of pictures in each file (docs/evaluation.md)."""

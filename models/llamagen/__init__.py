"""LlamaGen's public checkpoints (Sun et al. 2024) as this package's models: reading, naming, and the pack made of them."""

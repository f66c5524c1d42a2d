"""DPAR in PyTorch: tokenizer, entropy model, DPAR itself, and the commands that train, judge and export them."""

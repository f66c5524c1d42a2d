"""Studies: the paper's tables, each a file of arms over one base configuration (docs/paper.md)."""

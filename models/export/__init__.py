"""Packs: ONNX graphs built for decoding, weight shards, golden vectors and the manifest (docs/packs.md)."""

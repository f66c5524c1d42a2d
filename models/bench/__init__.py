"""What benches and the scaling guide need of the Python side, and packs do not."""

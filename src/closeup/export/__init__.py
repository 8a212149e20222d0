"""Benches and runs for other harnesses: one file a target."""

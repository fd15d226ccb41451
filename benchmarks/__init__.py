"""Benchmarks: ratios measured in one run against a stated reference or bound. `python -m benchmarks` runs them all."""

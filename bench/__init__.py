"""Measurements: each a module with ``run() -> None`` that prints its figures as ratios, or against its limits."""

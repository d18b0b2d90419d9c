"""The whole edge as real processes, everything that can go wrong, and a checker that was told nothing by the service."""

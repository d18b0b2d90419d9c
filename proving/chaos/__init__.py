"""The whole edge as real processes, everything that can go wrong, and a checker whom the service told nothing."""

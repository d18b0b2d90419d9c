"""For a monitoring system: alarm rules with tests of their own, and a dashboard. ``python -m deploy`` writes them."""

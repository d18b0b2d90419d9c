"""Proof of the promise by trying to break it: the invariants, and the campaigns that hold them against the facts."""

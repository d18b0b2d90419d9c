"""Trials of the edge server as it runs in containers; on any machine with Docker compose and Python, nothing else."""

"""What makes files that are kept in the repository: `python3 dev.py make NAME`."""

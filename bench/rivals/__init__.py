"""The service beside what a Django shop would otherwise build, on the same work: `python3 dev.py bench rivals`."""

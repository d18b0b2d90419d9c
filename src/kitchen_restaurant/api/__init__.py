"""The HTTP interface of a POS: `interface.py` lists what it can ask, `orders.py` does it."""

"""The only printer sockets, and the only place that imports python-escpos."""

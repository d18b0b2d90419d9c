"""The only SQL of the service: one function per statement, named in our words."""

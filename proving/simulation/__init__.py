"""Whole evenings in one process: the real service on virtual time, between a model of the database and printers."""

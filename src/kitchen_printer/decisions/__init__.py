"""Everything that decides: values in, values out. No I/O, SQL, clock, randomness or logging in here."""

"""One file for each contender: how its database is prepared, how work is ordered from it, how its worker works."""

"""Bills, and the clients that may write them."""

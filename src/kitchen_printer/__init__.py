"""Gets every kitchen ticket onto paper, in order, once, or makes a human see that it did not."""

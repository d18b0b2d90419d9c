"""Bytes from outside, made up and made worse, against the three places that read them."""

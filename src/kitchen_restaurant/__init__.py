"""A small restaurant's backend, whole: products, bills, an HTTP interface for a POS, pages for people.

For those who have no Django project of their own; those who have one take ``kitchen_backend`` alone.
"""

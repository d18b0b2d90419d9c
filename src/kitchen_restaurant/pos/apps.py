"""The app's entry in the project."""

from django.apps import AppConfig


class PosConfig(AppConfig):
    """Bills, and the clients that may write them."""

    name = "kitchen_restaurant.pos"
    label = "pos"
    verbose_name = "Bills"

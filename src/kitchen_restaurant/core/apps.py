"""The app's entry in the project."""

from django.apps import AppConfig


class CoreConfig(AppConfig):
    """What is on the menu."""

    name = "kitchen_restaurant.core"
    label = "core"
    verbose_name = "Menu"

"""The app's entry in the project."""

from django.apps import AppConfig
from django.core.checks import Tags, register


class KitchenBackendConfig(AppConfig):
    """Registers the checks, which ``manage.py check --database default`` runs."""

    name = "kitchen_backend"
    verbose_name = "Kitchen"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register what looks at the database."""
        from kitchen_backend.checks import check_kitchen

        register(check_kitchen, Tags.database)

"""``kitchen-backend grant LOGIN``: what the backend's own login needs, and no more."""

from argparse import ArgumentParser
from typing import Any, Final, LiteralString

from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction
from psycopg import sql

GRANTS: Final[dict[LiteralString, str]] = {
    "SELECT": "core_product django_content_type django_migrations auth_permission auth_group auth_group_permissions"
    " auth_user_groups auth_user_user_permissions auth_user django_session django_admin_log"
    " pos_bill pos_billitem pos_apiclient pos_idempotencykey",
    "INSERT": "core_product pos_bill pos_billitem pos_idempotencykey django_session django_admin_log",
    "UPDATE": "core_product pos_bill pos_billitem pos_idempotencykey django_session auth_user",
    "DELETE": "django_session",  # signing out; nothing of a bill is ever deleted
}


class Command(BaseCommand):
    """See the module's docstring."""

    help = "Let a login run this backend: the role kitchen_backend, and its own tables. For the owner of the tables."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the login."""
        parser.add_argument(
            "login", help="The database login, made by: CREATE ROLE name LOGIN PASSWORD '...'"
        )

    def handle(self, *_: Any, **options: Any) -> None:
        """Grant."""
        login = options["login"]
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT FROM pg_roles WHERE rolname = %s", [login])
            if cursor.rowcount == 0:
                raise CommandError(f"There is no login {login}: CREATE ROLE {login} LOGIN PASSWORD '...'")
            for statement in grants_for(login):
                cursor.execute(statement)
        self.stdout.write(f"{login} may run the backend.")


def grants_for(login: str) -> list[sql.Composed]:
    """Return the statements."""
    grants = [sql.SQL("GRANT kitchen_backend TO {}").format(sql.Identifier(login))]
    for privilege, tables in GRANTS.items():
        grants.append(
            sql.SQL("GRANT {} ON {} TO {}").format(
                sql.SQL(privilege),
                sql.SQL(", ").join(sql.Identifier(table) for table in tables.split()),
                sql.Identifier(login),
            )
        )
    return grants

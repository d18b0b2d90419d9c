"""Commands are tried in the same restaurant as the service."""

from tests.service.conftest import kitchen, printer, second_printer, service_dsn

__all__ = ["kitchen", "printer", "second_printer", "service_dsn"]

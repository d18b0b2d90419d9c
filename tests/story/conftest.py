"""Stories are played in the same restaurant as the tests of the service."""

from tests.service.conftest import kitchen, service_dsn

__all__ = ["kitchen", "service_dsn"]

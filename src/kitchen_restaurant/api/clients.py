"""Who may ask: a POS with a token, and not more often than is good for the others."""

from typing import cast

from django.conf import settings
from django.http import HttpRequest
from ninja.security import HttpBearer
from ninja.throttling import AuthRateThrottle

from kitchen_restaurant.pos.models import ApiClient


class Token(HttpBearer):
    """`Authorization: Bearer TOKEN`, with a token from `kitchen-backend token NAME`."""

    def authenticate(self, request: HttpRequest, token: str) -> ApiClient | None:
        """Return whose token it is."""
        return ApiClient.with_token(token)


class ClientRate(AuthRateThrottle):
    """So many requests a minute for each client (`BACKEND_REQUESTS_A_MINUTE`)."""

    def __init__(self) -> None:
        super().__init__(f"{settings.REQUESTS_A_MINUTE}/m")

    def get_cache_key(self, request: HttpRequest) -> str:
        """Count by client, also while it has a new token."""
        return f"client-rate-{client_of(request).pk}"


CLIENT_RATE = ClientRate()


def client_of(request: HttpRequest) -> ApiClient:
    """Return who asks, once the token was accepted."""
    return cast("ApiClient", request.auth)  # type: ignore[attr-defined]  # ninja puts it there

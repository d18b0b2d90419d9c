"""The Django settings of the small restaurant's backend; what differs between places is in the environment."""

import os
from typing import Any

from kitchen_restaurant.environment import read_environment

_environment = read_environment(os.environ)

SECRET_KEY = _environment.secret_key
DEBUG = False
ALLOWED_HOSTS = [host.strip() for host in _environment.allowed_hosts.split(",")]
DATABASES: dict[str, dict[str, Any]] = {"default": _environment.django_database()}
TIME_ZONE = _environment.time_zone
USE_TZ = True
REQUESTS_A_MINUTE = _environment.requests_a_minute

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "ninja",  # its pages of the interface then come from here: an edge server may have no way to the Internet
    "kitchen_backend",
    "kitchen_restaurant.core",
    "kitchen_restaurant.pos",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "kitchen_restaurant.urls"
WSGI_APPLICATION = "kitchen_restaurant.wsgi.application"
APPEND_SLASH = False
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024  # 300 items with long notes are a fifth of that
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]
STATIC_URL = "static/"
WHITENOISE_USE_FINDERS = True  # serves the admin's styles from where they are installed: nothing to collect
AUTH_PASSWORD_VALIDATORS = [{"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"}]
# One process serves all requests (see `serve`), so its memory is where clients' requests are counted.
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": _environment.log_level},
    "loggers": {"django": {"handlers": [], "propagate": True}},
}

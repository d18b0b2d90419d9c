"""The WSGI application that ``kitchen-backend serve`` runs."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kitchen_restaurant.settings")

application = get_wsgi_application()

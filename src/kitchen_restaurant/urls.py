"""What answers under which address: the POS at the root, people under ``/admin/``."""

from django.contrib import admin
from django.urls import path

from kitchen_restaurant.api.interface import api

urlpatterns = [path("admin/", admin.site.urls), path("", api.urls)]

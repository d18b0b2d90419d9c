""".env.example is complete, true, and changes nothing."""

import re

from kitchen_printer.config import Settings, variable_names
from kitchen_restaurant.environment import Environment
from tests.containers.files import CHECKOUT, env_example
from tests.containers.test_compose import FROM_SECRETS, IN_THE_IMAGE

FOR_COMPOSE = {"COMPOSE_PROJECT_NAME", "COMPOSE_FILE", "COMPOSE_PROFILES"}
OTHER_THAN_THE_DEFAULT = {"KITCHEN_HEALTH_ALLOWED_HOSTS", "BACKEND_ALLOWED_HOSTS"}
"""In containers, services know each other by these names."""


def test_it_has_every_setting_of_the_service_with_its_default() -> None:
    example = env_example()
    for field in Settings.model_fields.values():
        name = str(field.alias)
        if name in IN_THE_IMAGE | FROM_SECRETS | OTHER_THAN_THE_DEFAULT:
            continue
        default = field.default.get_secret_value() if name == "KITCHEN_ALERT_URLS" else field.default
        assert example[name] == str(default), name


def test_it_has_every_setting_of_the_backend_with_its_default() -> None:
    example = env_example()
    for field in Environment.model_fields.values():
        name = str(field.alias)
        if name not in FROM_SECRETS | OTHER_THAN_THE_DEFAULT | {"BACKEND_SECRET_KEY"}:
            assert example[name] == str(field.default), name


def test_it_sets_nothing_that_nobody_reads() -> None:
    files = ("compose.yaml", "compose.monitoring.yaml")
    text = "".join((CHECKOUT / name).read_text(encoding="utf-8") for name in files)
    read = set(re.findall(r"\$\{(\w+)", text)) | set(re.findall(r"^  (\w+):$", text, re.MULTILINE))
    assert env_example().keys() - read - FOR_COMPOSE == set()
    assert {name for name in read if name.isupper()} == env_example().keys() - FOR_COMPOSE


def test_its_defaults_for_ports_are_those_of_the_compose_files() -> None:
    files = ("compose.yaml", "compose.monitoring.yaml")
    text = "".join((CHECKOUT / name).read_text(encoding="utf-8") for name in files)
    for name, default in re.findall(r"\$\{(\w+):-([^}]*)\}", text):
        assert env_example()[name] == default


def test_every_variable_of_it_is_in_the_documents() -> None:
    pages = "".join(
        (CHECKOUT / "docs" / name).read_text(encoding="utf-8")
        for name in ("configuration.md", "backend.md", "docker.md")
    )
    missing = [name for name in env_example() if f"`{name}`" not in pages]
    assert missing == []
    assert variable_names() & env_example().keys()

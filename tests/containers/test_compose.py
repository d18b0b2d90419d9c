"""compose.yaml says what docs/docker.md promises."""

import os
import re
import stat
import subprocess
from pathlib import Path
from typing import Any

import pytest

from kitchen_printer.config import variable_names
from tests.containers.files import CHECKOUT, Tree, compose, every_service, project_version, services

OURS = "localhost/kitchen-printer-"
IN_THE_IMAGE = {"KITCHEN_HEALTH_HOST", "KITCHEN_HEALTH_PORT"}
FROM_SECRETS = {"DATABASE_URL", "DATABASE_URL_FILE"}
ONCE = {"migrate", "backend-setup", "furnish", "pos-sim", "operator"}

each_service = pytest.mark.parametrize(
    ("name", "service"), [pytest.param(*each, id=each[0]) for each in every_service().items()]
)


@each_service
def test_a_container_can_do_as_little_as_possible(name: str, service: Tree) -> None:
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert "cap_add" not in service
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["pids_limit"] <= 256
    assert service["mem_limit"]
    assert "privileged" not in service
    assert "docker.sock" not in str(service)
    assert all("noexec" in each for each in service.get("tmpfs", []) if "/tmp:" in each)  # noqa: S108


@each_service
def test_a_container_comes_back_after_a_power_cut_unless_it_has_its_work_done(
    name: str, service: Tree
) -> None:
    assert service["restart"] == ("no" if name in ONCE else "unless-stopped")
    assert service["stop_grace_period"] == ("60s" if name == "postgres" else "30s")
    assert service["logging"]["options"] == {"max-size": "10m", "max-file": "5"}


@each_service
def test_an_image_is_one_exact_version(name: str, service: Tree) -> None:
    image, _, tag = service["image"].rpartition(":")
    assert re.match(r"v?\d+\.\d+", tag)
    if image.startswith(OURS):
        assert tag == project_version()


def test_each_image_of_ours_is_built_once_and_asked_of_no_registry() -> None:
    built = [each["image"] for each in services().values() if "build" in each]
    assert sorted(built) == sorted(set(built))
    for each in services().values():
        if each["image"].startswith(OURS):
            assert each["image"] in built
            assert "build" in each or each["pull_policy"] == "never"
    targets = {each["image"]: each["build"]["target"] for each in services().values() if "build" in each}
    assert all(image.startswith(f"{OURS}{target}:") for image, target in targets.items())


@each_service
def test_ports_are_published_on_this_machine_alone_until_somebody_says_otherwise(
    name: str, service: Tree
) -> None:
    for port in service.get("ports", []):
        assert re.fullmatch(r"\$\{[A-Z]+(_[A-Z]+)*:-127\.0\.0\.1:\d+\}:\d+", port)


def test_nobody_reaches_the_database_but_who_works_with_it() -> None:
    assert compose()["networks"]["inside"] == {"internal": True}
    assert services()["postgres"]["networks"] == ["inside"]
    assert "ports" not in services()["postgres"]


def test_the_database_gives_up_nothing_for_speed_and_its_data_are_in_a_volume() -> None:
    postgres = services()["postgres"]
    assert {"--fsync=on", "--synchronous_commit=on", "--full_page_writes=on"} <= set(postgres["command"])
    assert postgres["volumes"] == ["database:/var/lib/postgresql"]
    assert postgres["healthcheck"]["test"][:2] == ["CMD", "pg_isready"]
    assert postgres["healthcheck"]["start_period"] == "10m", "replaying the log takes its time"


def test_the_service_starts_once_the_contract_is_there_and_has_time_to_stop() -> None:
    service = services()["service"]
    assert service["depends_on"] == {"migrate": {"condition": "service_completed_successfully"}}
    assert "entrypoint" not in service
    assert "healthcheck" not in service  # the image's own
    second = {**services()["service-2"]}
    assert second.pop("profiles") == ["replicas"]
    assert second.pop("pull_policy") == "never"
    assert second == {key: value for key, value in service.items() if key not in ("build", "ports")}


def test_whatever_the_service_reads_can_be_said_in_the_environment_of_compose() -> None:
    told = set(services()["service"]["environment"])
    assert told == variable_names() - IN_THE_IMAGE - FROM_SECRETS | {"DATABASE_URL_FILE"}


@each_service
def test_a_secret_stands_in_a_file_and_nowhere_else(name: str, service: Tree) -> None:
    for variable, value in service.get("environment", {}).items():
        assert "://" not in str(value or "")
        if re.search(r"PASSWORD|SECRET|TOKEN|DATABASE_URL", variable):
            assert value.startswith("/run/secrets/")
            assert value.removeprefix("/run/secrets/") in service["secrets"]


def test_every_secret_is_made_at_random_and_kept_when_it_is_there(tmp_path: Path) -> None:
    script = tmp_path / "deploy" / "make_secrets.sh"
    script.parent.mkdir()
    script.write_bytes((CHECKOUT / "deploy" / "make_secrets.sh").read_bytes())
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "postgres_password").write_text("mine\n")
    (tmp_path / "secrets" / "pos_token").mkdir()  # as an engine leaves it that was started too early
    for _ in range(2):
        subprocess.run(["sh", str(script)], check=True, capture_output=True, cwd="/")
    made = {path.name: path.read_text().strip() for path in (tmp_path / "secrets").iterdir()}
    assert set(made) == _secrets_of("compose.yaml") | _secrets_of("compose.monitoring.yaml")
    assert made["postgres_password"] == "mine"
    assert made["owner_database_url"] == "postgresql://kitchen:mine@postgres:5432/kitchen"
    assert len(set(made.values())) == len(made)
    assert all(len(made[name]) >= 32 for name in ("pos_token", "backend_secret_key", "grafana_password"))
    assert stat.S_IMODE((tmp_path / "secrets").stat().st_mode) == 0o700
    files = [path for path in (tmp_path / "secrets").iterdir() if path.name != "postgres_password"]
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o444}


def _secrets_of(name: str) -> set[str]:
    secrets: dict[str, Any] = compose(name)["secrets"]
    assert all(each == {"file": f"./secrets/{secret}"} for secret, each in secrets.items())
    return set(secrets)


@pytest.mark.parametrize("name", ["compose.yaml", "compose.monitoring.yaml"])
def test_old_and_new_compose_read_the_files(name: str) -> None:
    assert not compose(name).keys() & {"name", "version", "include", "configs"}


@each_service
def test_every_file_that_is_mounted_exists(name: str, service: Tree) -> None:
    for volume in service.get("volumes", []):
        source = volume.partition(":")[0]
        assert not source.startswith(".") or (CHECKOUT / source).exists()
        assert not source.startswith(".") or volume.endswith(":ro")


def test_secrets_and_settings_are_not_kept_in_the_repository() -> None:
    ignored = subprocess.run(
        ["git", "check-ignore", "secrets/pos_token", ".env"],
        cwd=CHECKOUT, env=os.environ, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ignored.stdout.split() == ["secrets/pos_token", ".env"]

"""The environment is read once, checked whole, and never quoted where it may hold a password."""

from pathlib import Path

import pytest

from kitchen_printer.config import BadConfigurationError, Settings, read_settings, variable_names

DSN = "postgresql://kitchen:hunter2@db.example:5432/pos"
HERE = {"DATABASE_URL": DSN}

DEFAULTS = {
    "poll_seconds": 1,
    "lease_seconds": 15,
    "confirm_seconds": 30,
    "give_up_seconds": 1800,
    "alarm_seconds": 30,
    "alarm_repeat_seconds": 600,
    "late_seconds": 300,
    "recovery_list_from": 6,
    "recovery_tickets_per_minute": 60,
    "max_attempts": 3,
    "health_host": "127.0.0.1",
    "health_port": 9100,
    "log_level": "info",
    "log_format": "json",
}

RANGES = [
    ("KITCHEN_POLL_SECONDS", "poll_seconds", 0.1, 60),
    ("KITCHEN_LEASE_SECONDS", "lease_seconds", 2, 120),
    ("KITCHEN_CONFIRM_SECONDS", "confirm_seconds", 2, 300),
    ("KITCHEN_GIVE_UP_SECONDS", "give_up_seconds", 30, 86400),
    ("KITCHEN_ALARM_SECONDS", "alarm_seconds", 0, 3600),
    ("KITCHEN_ALARM_REPEAT_SECONDS", "alarm_repeat_seconds", 10, 86400),
    ("KITCHEN_LATE_SECONDS", "late_seconds", 10, 86400),
    ("KITCHEN_RECOVERY_LIST_FROM", "recovery_list_from", 2, 1000),
    ("KITCHEN_RECOVERY_TICKETS_PER_MINUTE", "recovery_tickets_per_minute", 1, 6000),
    ("KITCHEN_MAX_ATTEMPTS", "max_attempts", 1, 20),
    ("KITCHEN_HEALTH_PORT", "health_port", 0, 65535),
]

NO_NUMBERS = ["ten", "nan", "inf", "-inf", "1e400", "0x10", "5 seconds", "--1"]


def problems(environment: dict[str, str]) -> list[str]:
    with pytest.raises(BadConfigurationError) as bad:
        read_settings(environment)
    return str(bad.value).splitlines()


def test_only_the_database_has_to_be_named() -> None:
    settings = read_settings(HERE)
    assert settings.dsn == DSN
    assert {name: getattr(settings, name) for name in DEFAULTS} == DEFAULTS


@pytest.mark.parametrize(("variable", "setting", "low", "high"), RANGES)
def test_both_ends_of_a_range_belong_to_it(variable: str, setting: str, low: float, high: float) -> None:
    for value in (low, high):
        assert getattr(read_settings({**HERE, variable: str(value)}), setting) == value


@pytest.mark.parametrize(("variable", "setting", "low", "high"), RANGES)
def test_a_value_outside_its_range_is_refused_with_name_and_range(
    variable: str, setting: str, low: float, high: float
) -> None:
    for value in (low - 1, high + 1):
        (problem,) = problems({**HERE, variable: str(value)})
        assert problem.startswith(f"{variable}: ")
        assert problem.endswith(f"(allowed: {low:g} to {high:g})"), setting


@pytest.mark.parametrize("value", NO_NUMBERS)
@pytest.mark.parametrize("variable", [variable for variable, *_ in RANGES])
def test_what_is_no_number_is_refused_with_name_and_range(variable: str, value: str) -> None:
    (problem,) = problems({**HERE, variable: value})
    assert problem.startswith(f"{variable}: ")
    assert "(allowed: " in problem


@pytest.mark.parametrize(
    ("variable", "value", "choices"),
    [
        ("KITCHEN_LOG_LEVEL", "loud", ("debug", "info", "warning", "error")),
        ("KITCHEN_LOG_LEVEL", "INFO", ("debug", "info", "warning", "error")),
        ("KITCHEN_LOG_FORMAT", "xml", ("json", "console")),
    ],
)
def test_a_choice_names_its_choices(variable: str, value: str, choices: tuple[str, ...]) -> None:
    (problem,) = problems({**HERE, variable: value})
    assert problem.startswith(f"{variable}: ")
    assert all(f"'{choice}'" in problem for choice in choices)


def test_all_problems_are_told_at_once_one_line_each() -> None:
    lines = problems(
        {**HERE, "KITCHEN_POLL_SECONDS": "0", "KITCHEN_MAX_ATTEMPTS": "many", "KITCHEN_LOG_FORMAT": "xml"}
    )
    assert [line.partition(":")[0] for line in lines] == [
        "KITCHEN_POLL_SECONDS",
        "KITCHEN_MAX_ATTEMPTS",
        "KITCHEN_LOG_FORMAT",
    ]


def test_a_missing_database_is_told_together_with_everything_else() -> None:
    lines = problems({"KITCHEN_POLL_SECONDS": "0"})
    assert any("DATABASE_URL" in line for line in lines)
    assert any("KITCHEN_POLL_SECONDS" in line for line in lines)


@pytest.mark.parametrize("environment", [{}, {"DATABASE_URL": ""}, {"DATABASE_URL_FILE": ""}])
def test_without_a_database_nothing_starts(environment: dict[str, str]) -> None:
    assert problems(environment) == ["set exactly one of DATABASE_URL and DATABASE_URL_FILE"]


def test_two_databases_are_one_too_many(tmp_path: Path) -> None:
    file = tmp_path / "dsn"
    file.write_text(DSN)
    assert problems({**HERE, "DATABASE_URL_FILE": str(file)}) == [
        "set exactly one of DATABASE_URL and DATABASE_URL_FILE"
    ]


def test_the_address_may_stand_in_a_file(tmp_path: Path) -> None:
    file = tmp_path / "dsn"
    file.write_text(f"\n{DSN}\n")
    assert read_settings({"DATABASE_URL_FILE": str(file)}).dsn == DSN


@pytest.mark.parametrize("name", ["missing", "."])
def test_a_file_that_is_not_there_is_named(tmp_path: Path, name: str) -> None:
    (problem,) = problems({"DATABASE_URL_FILE": str(tmp_path / name)})
    assert problem == f"DATABASE_URL_FILE: there is no file {tmp_path / name}"


def test_an_empty_file_is_named(tmp_path: Path) -> None:
    file = tmp_path / "dsn"
    file.write_text("\n")
    (problem,) = problems({"DATABASE_URL_FILE": str(file)})
    assert problem.startswith("DATABASE_URL_FILE: ")


def test_a_file_that_is_no_text_is_named(tmp_path: Path) -> None:
    file = tmp_path / "dsn"
    file.write_bytes(b"\xff\xfe")
    (problem,) = problems({"DATABASE_URL_FILE": str(file)})
    assert problem.startswith("DATABASE_URL_FILE: ")


@pytest.mark.parametrize("address", [DSN, DSN.replace("postgresql", "postgres"), "host=db password=hunter2"])
def test_the_drivers_spellings_of_an_address_are_taken(address: str) -> None:
    assert read_settings({"DATABASE_URL": address}).dsn == address


def test_another_kind_of_database_is_refused_without_quoting_the_password() -> None:
    (problem,) = problems({"DATABASE_URL": "mysql://kitchen:hunter2@db.example/pos"})
    assert problem.startswith("DATABASE_URL: expected postgresql://")
    assert "'mysql'" in problem
    assert "hunter2" not in problem


@pytest.mark.parametrize("password", ["hunter[2", "[hunter2]"])
def test_a_password_may_hold_brackets(password: str) -> None:
    address = f"postgresql://kitchen:{password}@db.example/pos"
    assert read_settings({"DATABASE_URL": address}).dsn == address


@pytest.mark.parametrize("variable", sorted(variable_names()))
def test_an_empty_value_counts_as_not_set(variable: str) -> None:
    environment = {**HERE, variable: ""} if variable != "DATABASE_URL" else HERE
    assert read_settings(environment) == read_settings(HERE)


def test_variables_of_others_are_not_looked_at() -> None:
    settings = read_settings(
        {**HERE, "PATH": "/bin", "POLL_SECONDS": "junk", "poll_seconds": "junk", "DEBUG": "1"}
    )
    assert settings == read_settings(HERE)


def test_the_real_environment_plays_no_part(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KITCHEN_POLL_SECONDS", "7")
    assert read_settings(HERE).poll_seconds == 1


def test_a_password_is_in_no_words_of_ours() -> None:
    settings = read_settings(HERE)
    for words in (repr(settings), str(settings), settings.model_dump_json(), f"{settings.database_url}"):
        assert "hunter2" not in words


def test_no_value_is_quoted_in_a_problem() -> None:
    hosts = {"KITCHEN_HEALTH_HOST", "KITCHEN_HEALTH_ALLOWED_HOSTS"}
    for variable in variable_names() - {"DATABASE_URL", "DATABASE_URL_FILE"} - hosts:
        assert "hunter2" not in "\n".join(problems({**HERE, variable: "hunter2"}))


@pytest.mark.parametrize(
    ("urls", "addresses"),
    [
        ("", ()),
        ("json://a/x mailto://u:p@b?to=c,d", ("json://a/x", "mailto://u:p@b?to=c,d")),
        ("json://a/x,tgram://token/id,  json://b", ("json://a/x", "tgram://token/id", "json://b")),
    ],
)
def test_alert_addresses_are_told_apart(urls: str, addresses: tuple[str, ...]) -> None:
    assert read_settings({**HERE, "KITCHEN_ALERT_URLS": urls}).alert_addresses == addresses


def test_an_alert_address_without_a_service_is_refused_by_its_place() -> None:
    (problem,) = problems({**HERE, "KITCHEN_ALERT_URLS": "json://host hunter2"})
    assert problem.startswith("KITCHEN_ALERT_URLS: entry 2 is no address")


def test_settings_do_not_change() -> None:
    with pytest.raises(ValueError, match="frozen"):
        read_settings(HERE).poll_seconds = 2


@pytest.mark.parametrize("lease_seconds", [2, 15, 120])
def test_a_lease_is_renewed_three_times_and_given_up_before_its_end(lease_seconds: float) -> None:
    settings = read_settings({**HERE, "KITCHEN_LEASE_SECONDS": str(lease_seconds)})
    assert settings.heartbeat_seconds == pytest.approx(lease_seconds / 3)
    assert 0 < settings.lease_margin_seconds < lease_seconds - 2 * settings.heartbeat_seconds


def test_every_setting_has_its_variable() -> None:
    assert variable_names() == {field.alias for field in Settings.model_fields.values()}
    assert all(name.isupper() for name in variable_names())


def test_names_for_the_health_port_are_a_list_without_ports() -> None:
    assert read_settings(
        {**HERE, "KITCHEN_HEALTH_ALLOWED_HOSTS": "edge.local, Kitchen"}
    ).health_allowed_hosts == ("edge.local", "Kitchen")
    (problem,) = problems({**HERE, "KITCHEN_HEALTH_ALLOWED_HOSTS": "edge.local:9100"})
    assert "KITCHEN_HEALTH_ALLOWED_HOSTS" in problem
    assert "without port" in problem

"""Alarms, dashboard and runbook: they use what exists, they fire when they must, and each has its page."""

import re
import shutil
import subprocess

import pytest
from deploy.__main__ import FILES
from deploy.alarms import ALARMS
from deploy.dashboard import PANELS
from deploy.prometheus_files import RULES, RULES_TEST

from kitchen_printer.cli.app import app
from kitchen_printer.decisions.reason import WORDS, Reason
from tests.documents.generated import CHECKOUT, whole, written
from tests.documents.series import every_series

RUNBOOK = "docs/runbook.md"


def queries() -> dict[str, str]:
    """Return every query of an alarm or a panel, by where it stands."""
    panels = {
        f"{panel.title}: {legend}": query for panel in PANELS for legend, query in panel.queries.items()
    }
    return panels | {each.name: each.expression for each in ALARMS}


@pytest.mark.parametrize("path", FILES)
def test_the_files_are_what_the_code_says(path: str) -> None:
    stands, should = whole(path, FILES[path]())
    assert stands == should, "run python -m deploy"


def test_alarms_and_dashboard_use_only_metrics_and_labels_that_exist() -> None:
    series = {name: each for each in every_series() for name in each.queried_as}
    for where, query in queries().items():
        names = re.findall(r"\b(?:kitchen|process)_[a-z_]+", query)
        assert names, where
        assert [name for name in names if name not in series] == [], where
        allowed = {label for name in names for label in series[name].labels} | {"le", "job", "instance"}
        used = set(re.findall(r"(\w+)\s*(?:=~|!=|=)\s*\"", query))
        used |= {
            each.strip()
            for group in re.findall(r"\b(?:by|on) \(([^)]*)\)", query)
            for each in group.split(",")
        }
        assert used <= allowed, where


def test_every_metric_that_tells_of_trouble_is_on_the_dashboard_or_in_an_alarm() -> None:
    used = " ".join(queries().values())
    ours = [each for each in every_series() if each.name.startswith("kitchen_")]
    unused = {each.name for each in ours if not any(name in used for name in each.queried_as)}
    assert unused == {
        "kitchen_attempts_rescued_total",
        "kitchen_copies_in_doubt_total",
        "kitchen_doubts_total",
        "kitchen_health_answers_total",
        "kitchen_late_proofs_total",
        "kitchen_printer_oldest_seconds",
        "kitchen_printer_up",
        "kitchen_schema_version",
        "kitchen_tickets_given_up_total",
    }


def test_prometheus_takes_the_rules_and_each_alarm_fires_and_is_quiet_when_it_should() -> None:
    promtool = shutil.which("promtool")
    if promtool is None:
        pytest.skip("there is no promtool here (Debian: apt-get install prometheus)")
    folder = (CHECKOUT / RULES).parent
    for arguments in (["check", "rules", RULES], ["test", "rules", RULES_TEST]):
        done = subprocess.run(
            [promtool, *arguments[:2], arguments[2].rpartition("/")[2]],
            cwd=folder,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr


def sections(heading: str) -> dict[str, str]:
    """Return the sections of the runbook under a heading."""
    text = (CHECKOUT / RUNBOOK).read_text(encoding="utf-8")
    part = text.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    pieces = re.split(r"^### (\S+)$", part, flags=re.MULTILINE)[1:]
    return dict(zip(pieces[::2], pieces[1::2], strict=True))


def test_the_runbook_has_one_page_for_each_alarm_and_each_reason_and_no_other() -> None:
    assert list(sections("Alarms")) == [each.name for each in ALARMS]
    assert sorted(sections("Reasons")) == sorted(Reason)


def test_every_page_says_what_staff_see_what_it_means_what_to_do_and_a_command_that_exists() -> None:
    commands = {each.name or each.callback.__name__ for each in app.registered_commands if each.callback}
    commands |= {str(each.name) for each in app.registered_groups}
    for name, page in (sections("Alarms") | sections("Reasons")).items():
        for part in ("**Staff see:**", "**It means:**", "**Do:**"):
            assert part in page, name
        shown = re.findall(r"^    (\S+) (\S+)", page, flags=re.MULTILINE)
        assert shown, name
        for program, command in shown:
            assert program in ("kitchen-printer", "curl"), name
            assert program == "curl" or command in commands, (name, command)


def test_the_index_of_the_runbook_is_that_of_alarms_and_reasons() -> None:
    alarms = [f"| [{each.name}](#{each.name.lower()}) | {each.summary} | {each.action} |" for each in ALARMS]
    reasons = [
        f"| [{each}](#{each}) | {WORDS[each].sentence} | {WORDS[each].advice} |" for each in sorted(Reason)
    ]
    head = "|---|---|---|"
    lines = [
        "| alarm | what is wrong | first |",
        head,
        *alarms,
        "",
        "| reason | what is wrong | first |",
        head,
    ]
    stands, should = written(RUNBOOK, "index", [*lines, *reasons])
    assert stands == should

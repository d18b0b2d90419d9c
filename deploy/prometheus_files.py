"""The alarms as Prometheus reads them, and promtool's tests of them."""

import json
from collections.abc import Iterator
from typing import Final

from deploy.alarms import ALARMS, RUNBOOK, Alarm

RULES: Final = "deploy/prometheus/kitchen-printer.rules.yml"
RULES_TEST: Final = "deploy/prometheus/kitchen-printer.test.yml"
_HEAD: Final = "# Made from deploy/alarms.py by `python -m deploy`; not edited by hand."
EVALUATED_AT: Final = "8m"


def rules() -> str:
    """Return the file of rules."""
    return "\n".join([_HEAD, "groups:", "  - name: kitchen-printer", "    rules:", *_rules(), ""])


def _rules() -> Iterator[str]:
    for each in ALARMS:
        yield f"      - alert: {each.name}"
        yield f"        expr: {_quoted(each.expression)}"
        yield f"        for: {each.holds}"
        yield "        labels:"
        yield f"          severity: {each.severity}"
        yield "        annotations:"
        for name, text in annotations(each).items():
            yield f"          {name}: {_quoted(text)}"


def annotations(alarm: Alarm) -> dict[str, str]:
    """Return what the alarm tells people."""
    return {
        "summary": alarm.summary,
        "action": alarm.action,
        "runbook": f"{RUNBOOK}#{alarm.name.lower()}",
    }


def rules_test() -> str:
    """Return promtool's tests: each alarm fires on its bad series and is quiet on its good ones."""
    head = [_HEAD, f"rule_files: [{RULES.rpartition('/')[2]}]", "evaluation_interval: 15s", "tests:"]
    return "\n".join([*head, *(line for each in ALARMS for line in _tests(each)), ""])


def _tests(alarm: Alarm) -> Iterator[str]:
    for what, series in (("fires", alarm.fires), ("quiet", alarm.quiet)):
        yield f"  - name: {alarm.name} {what}"
        yield "    interval: 1m"
        yield "    input_series:"
        for name, values in series.items():
            yield f"      - series: {_quoted(name)}"
            yield f"        values: {_quoted(values)}"
        yield "    alert_rule_test:"
        yield f"      - eval_time: {EVALUATED_AT}"
        yield f"        alertname: {alarm.name}"
        yield from _expected(alarm) if what == "fires" else ["        exp_alerts: []"]


def _expected(alarm: Alarm) -> Iterator[str]:
    yield "        exp_alerts:"
    yield "          - exp_labels:"
    for name, value in {"severity": alarm.severity, **alarm.labels}.items():
        yield f"              {name}: {_quoted(value)}"
    yield "            exp_annotations:"
    for name, text in annotations(alarm).items():
        yield f"              {name}: {_quoted(_filled(text, alarm.labels))}"


def _filled(text: str, labels: dict[str, str]) -> str:
    for name, value in labels.items():
        text = text.replace(f"{{{{ $labels.{name} }}}}", value)
    return text


def _quoted(text: str) -> str:
    """JSON's strings are YAML's."""
    return json.dumps(text, ensure_ascii=False)

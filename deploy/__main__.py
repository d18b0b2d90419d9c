"""``python -m deploy``: write the files for Prometheus and Grafana."""

from pathlib import Path

from deploy.dashboard import DASHBOARD, dashboard
from deploy.prometheus_files import RULES, RULES_TEST, rules, rules_test

CHECKOUT = Path(__file__).resolve().parents[1]
FILES = {RULES: rules, RULES_TEST: rules_test, DASHBOARD: dashboard}


def main() -> None:
    """Write every file."""
    for path, content in FILES.items():
        (CHECKOUT / path).write_text(content(), encoding="utf-8")


if __name__ == "__main__":
    main()

"""The lists of what is in the images are made for the images' Python, not for the one at hand."""

import pytest
from deploy.supply import main, python_of_the_images

from tests.containers.files import TARGETS


def test_the_python_is_the_one_that_the_dockerfile_names() -> None:
    assert python_of_the_images() == "3.13"


def test_an_unknown_target_is_refused_by_name(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sbom", "servcie"]) == 2
    assert capsys.readouterr().err == f"There is no target servcie; there are {', '.join(TARGETS)}.\n"

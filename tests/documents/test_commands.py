"""A command that a document shows is run by a test or a script, or is on the short list of those that are not."""

import re
from pathlib import Path

import pytest
from making.docs.navigation import documents
from typer.core import TyperGroup
from typer.main import get_command

from kitchen_printer.cli.app import app
from tests.documents.generated import CHECKOUT
from tests.documents.pages import Block, blocks_of, named, text_of

PROGRAMS = re.compile(
    r"^(?:[$>] )?(?:export |sudo )*"
    r"(?:python3?|pip|kitchen-|virtual-printer|pos-sim|curl|psql|docker|git|apt-get|cd|mkdir|systemctl)\b"
)
BLOCKS = [block for document in documents() for block in blocks_of(document)]
SHELL_BLOCKS = [block for block in BLOCKS if block.is_shell]

NOT_RUN = {
    "CONTRIBUTING.md": 2,  # the tests cannot run themselves
    "docs/docker.md": 1,  # an upgrade to a version that is not there yet
    "docs/performance.md": 1,  # a measurement takes minutes to hours
}
"""How many blocks of a document nothing runs, each for a reason that stands above it. This list only gets shorter."""


@pytest.mark.parametrize("block", SHELL_BLOCKS, ids=lambda block: block.where)
def test_somebody_runs_every_shell_block(block: Block) -> None:
    if block.not_run:
        return
    assert block.run_by, (
        f"{block.where} shows commands, and nobody said what runs them: write `<!-- run by: PATH -->` above it, the "
        "path of a test that runs it or of a script that holds its lines"
    )
    runner = CHECKOUT / block.run_by
    assert runner.is_file(), f"{block.where} is run by {block.run_by}, which does not exist"
    text = runner.read_text(encoding="utf-8")
    reads_it = Path(block.document).name in text
    holds_it = all(line.strip() in text for line in block.text.splitlines() if line.strip())
    assert reads_it or holds_it, (
        f"{block.run_by} neither reads {block.document} nor holds the lines of {block.where}"
    )


def test_what_nothing_runs_is_a_short_list() -> None:
    excused = [block.document for block in SHELL_BLOCKS if block.not_run]
    assert {each: excused.count(each) for each in excused} == NOT_RUN


@pytest.mark.parametrize("document", documents(), ids=named)
def test_no_command_hides_in_a_block_without_a_language(document: Path) -> None:
    for block in blocks_of(document):
        if not block.language:
            shown = [line for line in block.text.splitlines() if PROGRAMS.match(line)]
            assert shown == [], f"{block.where}: say that it is sh or console"


def test_no_prompt_stands_before_a_command_for_it_could_not_be_copied() -> None:
    for block in SHELL_BLOCKS:
        assert not re.search(r"^[$>] ", block.text, re.MULTILINE), block.where


def test_the_fences_of_every_document_are_closed() -> None:
    for document in documents():
        assert len(re.findall(r"^```", text_of(document), re.MULTILINE)) % 2 == 0, named(document)


@pytest.mark.parametrize("document", documents(), ids=named)
def test_every_command_that_a_sentence_names_exists_and_has_its_options(document: Path) -> None:
    program = get_command(app)
    assert isinstance(program, TyperGroup)
    for words in re.findall(r"`kitchen-printer ([^`]+)`", text_of(document)):
        names, options = re.findall(r"(?<!\S)[\w+-]*\w[\w+-]*", words), re.findall(r"--[a-z-]+", words)
        names = [each for each in names if not each.startswith("-")]
        group, params = program, program.params
        while names and names[0] in group.commands:
            command = group.commands[names.pop(0)]
            params = command.params
            if not isinstance(command, TyperGroup):
                break
            group = command
        assert params is not program.params or not names, f"there is no command {words}"
        known = {option for parameter in params for option in parameter.opts} | {"--help"}
        assert set(options) <= known, f"{words}: the options are {sorted(known)}"

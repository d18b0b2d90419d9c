"""A command that a document shows is run by a test or a script, or is on the short list of those that are not."""

import re
from pathlib import Path

import pytest
from dev import COMMANDS
from making.docs.navigation import documents
from typer.core import TyperGroup
from typer.main import get_command

from kitchen_printer.cli.app import app
from tests.documents.generated import CHECKOUT
from tests.documents.pages import Block, blocks_of, named, prose_of, text_of
from tests.documents.programs import Programs, Refused, read

PROGRAMS = re.compile(
    r"^(?:[$>] )?(?:export [A-Z]|(?:sudo |[A-Z_]+=\S+ )*(?:\S*/)?(?:"
    r"python[\d.]*|dev\.py(?= \w)|pip3?|kitchen-(?:printer|backend|demo)|virtual-printer|pos-sim|deploy/[\w/-]+"
    r"|curl|psql|createdb|dropdb|pg_dump|pg_dumpall|pg_restore|openssl|docker|docker-compose|podman|git"
    r"|apt-get|cd|chmod|cp|mkdir|rm|sh|systemctl|tar) )"
)
"""How a line begins that somebody would type."""
BLOCKS = [block for document in documents() for block in blocks_of(document)]
SHELL_BLOCKS = [block for block in BLOCKS if block.is_shell]

NOT_RUN = {
    "CONTRIBUTING.md": 2,  # the tests cannot run themselves
    "docs/performance.md": 1,  # a measurement takes minutes to hours
}
"""How many blocks of a document nothing runs, each for a reason that stands above it. This list only gets shorter."""

GUIDES = [each for each in documents() if each.name != "CHANGELOG.md" and each.parent.name != "adr"]
"""What tells somebody what to do; a decision or a change tells what was done."""


@pytest.fixture(scope="module")
def programs(pytestconfig: pytest.Config) -> Programs:
    return Programs(pytestconfig)


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


@pytest.mark.parametrize(
    "block", [each for each in SHELL_BLOCKS if each.not_run], ids=lambda block: block.where
)
def test_what_nothing_runs_would_be_taken_by_the_program_that_it_names(
    block: Block, programs: Programs
) -> None:
    commands = [command for line in block.text.splitlines() if (command := read(line))]
    assert commands
    for command in commands:
        programs.take(command)


@pytest.mark.parametrize("document", GUIDES, ids=named)
def test_a_command_in_a_sentence_would_be_taken_or_is_run_in_a_block(
    document: Path, programs: Programs
) -> None:
    for shown in re.findall(r"`([^`]+)`", prose_of(document)):
        line = " ".join(shown.split())
        if not PROGRAMS.match(line) or line.startswith("kitchen-printer "):  # those have a test of their own
            continue
        command = read(line)
        assert command
        if command.program in programs.programs:
            programs.take(command)
        else:
            assert any(line in run for run in RUN), (
                f"{line}: nothing runs it; put it into a block that something runs"
            )


RUN = [" ".join(line.split()) for block in SHELL_BLOCKS if block.run_by for line in block.text.splitlines()]


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("python3 dev.py tset", "no command tset"),
        ("python3 dev.py bench failovr", "no failovr"),
        ("python3 dev.py bench rivals drian", "no part drian"),
        ("python3 dev.py bench rivals --only celery_rabbit", "celery_rabbit"),
        ("python3 dev.py chaos --hours 1", "--hours"),
        ("python3 dev.py chaos --minutes many", "number"),
        ("python3 dev.py test tests/prof", "tests/prof"),
        ("python3 dev.py test --hypothesis-profile=through", "through"),
        ("python3 dev.py test --hypthesis", "--hypthesis"),
        ("PROOF_IN_FUL=1 python3 dev.py test", "PROOF_IN_FUL"),
        ("python3 -m deploy.trial kils", "no kils"),
        ("pos-sim 127.0.0.1:8000 --tokn TOKEN", "--tokn"),
        ("kitchen-prnter run", "no program of ours"),
    ],
)
def test_a_command_that_no_program_would_take_is_seen(line: str, why: str, programs: Programs) -> None:
    command = read(f"{line}   # and why")
    assert command
    with pytest.raises(Refused, match=re.escape(why)):
        programs.take(command)


def test_every_command_of_dev_py_is_known_here(programs: Programs) -> None:
    assert programs.dev_commands.keys() == COMMANDS.keys()


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

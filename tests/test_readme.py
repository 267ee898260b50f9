"""README.md and docs/planner.md show what their commands print."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator, Sequence
from importlib.metadata import version
from pathlib import Path

import pytest

import run

ROOT = Path(__file__).resolve().parent.parent
README, PLANNER = ("README.md", "docs/planner.md")
pages = pytest.mark.parametrize("page", [README, PLANNER])
GOLDEN = json.loads((ROOT / "tests" / "golden" / "digests.json").read_text())
#: Another CP-SAT may find another plan, and a factory that follows it other figures.
pytestmark = pytest.mark.skipif(
    version("ortools") != GOLDEN["OR-Tools"],
    reason=f"shown is what OR-Tools {GOLDEN['OR-Tools']} does",
)
#: Fifty runs, of which no plan is in.
LONG = ("sweep",)


def blocks(page: str, language: str) -> list[str]:
    """Return a page's blocks in a language, in order; "": those in none."""
    text = (ROOT / page).read_text(encoding="utf-8")
    fenced = re.findall(r"^```(\w*)\n(.*?)^```$", text, re.M | re.S)
    return [text for name, text in fenced if name == language]


def examples(page: str) -> Iterator[tuple[list[str], list[str]]]:
    """Yield the arguments of each command shown, and the lines below it."""
    for block in blocks(page, "console"):
        for example in re.split(r"^\$ ", block.replace("\\\n", ""), flags=re.M)[1:]:
            command, *lines = example.splitlines()
            python, program, *argv = shlex.split(command)
            assert (python, program) == ("python", "run.py")
            yield argv, lines


def plain(line: str) -> str:
    """Return a line without what depends on the width of columns, or on the clock."""
    return re.sub(r"\b[\d.]+ s\.", "... s.", " ".join(line.split()))


def shows(printed: Sequence[str], lines: Sequence[str]) -> None:
    """Fail unless the lines shown were printed, in this order."""
    rest = iter(map(plain, printed))
    for line in map(plain, lines):
        if line not in ("", "...") and not line.startswith("─"):
            assert line in rest, f"not printed, or not there: {line}"


def printed_by(argv: Sequence[str], capsys: pytest.CaptureFixture[str]) -> list[str]:
    """Return what a command prints; it ends as it should."""
    code = run.main(argv)
    out, err = capsys.readouterr()
    assert code == (2 if err.startswith("error: ") else 0)
    return (out or err).splitlines()


@pages
def test_a_page_shows_what_is_printed(
    page: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """One after another, for some go on with what others have written.

    A world that a page shows lies beside them, as ``shop.toml``; its Python comes last.
    """
    monkeypatch.chdir(tmp_path)
    for text in blocks(page, "toml"):
        Path("shop.toml").write_text(text)
    shown = [example for example in examples(page) if example[0][0] not in LONG]
    assert len(shown) >= {README: 10, PLANNER: 4}[page]
    for argv, lines in shown:
        shows(printed_by(argv, capsys), lines)
    (program,) = blocks(page, "python")
    exec(program, {})
    assert capsys.readouterr().out in blocks(page, "")


@pytest.mark.slow
def test_long_commands_print_what_is_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """As the others, with the files that come along."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "studies").symlink_to(ROOT / "studies")
    for argv, lines in examples(README):
        if argv[0] in LONG:
            shows(printed_by(argv, capsys), lines)

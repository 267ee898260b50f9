"""A tuning's folder: the world in it, where it may be, what it goes on from."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from shutil import move

import pytest

pytest.importorskip("optuna")

import run
from kernel.errors import BadInput
from studies.case import Case, Outcome
from studies.tune import execute
from studies.tune.folder import tuning_and_folder
from studies.tune.space import Asked
from worlds import shipped

ASKED = Asked(
    world="my.toml",
    policy="rule",
    vary=("vehicles=1..9",),
    minimise=("flow_time",),
    runs=24,
)


@pytest.fixture(autouse=True)
def _made_up(monkeypatch: pytest.MonkeyPatch) -> None:
    def perform(case: Case) -> Outcome:
        vehicles = float(dict(case.settings).get("vehicles", 0))
        kpis = {"flow_time": abs(vehicles - 4)}
        return Outcome(number=case.number, seed=case.seed, kpis=kpis)

    monkeypatch.setattr(execute, "perform", perform)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the working directory, with a world of one's own and an order book."""
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.chdir(home)
    shipped.copy_world("cell", Path("my.toml"))
    return home


def rewrite(path: Path, change: Callable[[str], str]) -> None:
    """Change a file's text."""
    before = path.read_text(encoding="utf-8")
    after = change(before)
    assert after != before
    path.write_text(after, encoding="utf-8")


def test_a_tuning_goes_on_from_elsewhere_without_its_world(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The folder keeps a world of one's own; the original may go."""
    before, _ = tuning_and_folder(ASKED, Path("out"), None)
    (home / "my.toml").unlink()
    elsewhere = home.parent / "elsewhere"
    elsewhere.mkdir()
    move(home / "out", elsewhere / "moved")
    monkeypatch.chdir(elsewhere)
    after, folder = tuning_and_folder(None, None, Path("moved"))
    assert after.fingerprint() == before.fingerprint()
    assert execute.carry_out(after, folder).front[0].values == {"vehicles": 4}
    copies = [path.name for path in (folder / "kept").rglob("*") if path.is_file()]
    assert copies == ["my.toml"]


def test_the_order_book_is_kept_too(home: Path) -> None:
    """It stands where the world file looks for it."""
    book = "order,product,options,quantity,release,due,priority\n"
    book += "A1,flange,size=d80,2,1 h,9 h,1\n"
    (home / "books").mkdir()
    (home / "books" / "week.csv").write_text(book, encoding="utf-8")
    rewrite(Path("my.toml"), with_book)
    tuning_and_folder(ASKED, Path("out"), None)
    (home / "my.toml").unlink()
    (home / "books" / "week.csv").unlink()
    tuning, _ = tuning_and_folder(None, None, Path("out"))
    assert tuning.base.world.name == "cell"
    (copy,) = (home / "out" / "kept").rglob("week.csv")
    assert copy.parent.name == "books"
    assert copy.read_text(encoding="utf-8") == book


def with_book(text: str) -> str:
    """Return a world's text with an order book beside the customers."""
    return text.replace("[demand]", '[demand]\nfile = "books/week.csv"')


def test_the_layout_of_an_instance_is_kept(home: Path) -> None:
    """An instance of one's own, with its travel times in a second file."""
    _, source = shipped.paths()["fjsp1"]
    Path("mine.txt").write_bytes(source.read_bytes())
    Path("ways.txt").write_bytes(source.with_name("fjsp1.layout.txt").read_bytes())
    asked = Asked(
        world="mine.txt",
        layout="ways.txt",
        policy="rule",
        vary=("policy.rule=FIFO,SPT,LPT",),
        minimise=("makespan",),
    )
    before, _ = tuning_and_folder(asked, Path("out"), None)
    Path("mine.txt").unlink()
    Path("ways.txt").unlink()
    after, _ = tuning_and_folder(None, None, Path("out"))
    assert after.fingerprint() == before.fingerprint()


def test_a_shipped_world_is_not_kept(home: Path) -> None:
    """It comes with Holofab."""
    asked = Asked(**{**vars_of(ASKED), "world": "cell"})
    _, folder = tuning_and_folder(asked, Path("out"), None)
    assert [path.name for path in folder.iterdir()] == ["tune.json"]


def vars_of(asked: Asked) -> dict[str, object]:
    """Return the fields of what was asked."""
    return {name: getattr(asked, name) for name in Asked.__dataclass_fields__}


def test_a_world_that_has_changed_is_refused_when_named_again(home: Path) -> None:
    """The copy decides; who names the original means that."""
    tuning_and_folder(ASKED, Path("out"), None)
    assert tuning_and_folder(ASKED, None, Path("out"))[1] == Path("out")
    rewrite(Path("my.toml"), lambda text: text.replace("count = 2", "count = 3"))
    with pytest.raises(BadInput, match=r"my\.toml: is not the world that out"):
        tuning_and_folder(ASKED, None, Path("out"))
    assert tuning_and_folder(None, None, Path("out"))[0].base.world.name == "cell"


def test_a_folder_that_was_kept_without_its_world_goes_on(home: Path) -> None:
    """As tunings were once: the world is looked for by its name."""
    asked = ASKED
    Path("old").mkdir()
    Path("old", "tune.json").write_text(asked.text(), encoding="utf-8")
    assert tuning_and_folder(None, None, Path("old"))[0].base.world.name == "cell"


@pytest.mark.parametrize("out", ["file", "file/below"])
def test_a_file_is_no_folder(
    home: Path, capsys: pytest.CaptureFixture[str], out: str
) -> None:
    """One sentence says what was expected."""
    Path("file").write_text("", encoding="utf-8")
    argv = ["tune", "cell", "--policy", "rule", "--vary", "vehicles=1..3"]
    argv += ["--minimise", "cost", "--out", out]
    assert run.main(argv) == 2
    assert f"{out}: cannot be written: file is a file, expected a folder" in (
        capsys.readouterr().err
    )

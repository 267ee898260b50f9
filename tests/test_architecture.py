"""The house as DESIGN draws it, proved from the code's own imports."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

#: Room -> the rooms it may import. ``run.py`` may import them all.
ROOMS: dict[str, set[str]] = {
    "kernel": set(),
    "worlds": {"kernel"},
    "measures": {"kernel", "worlds"},
    "plant": {"kernel", "worlds"},
    "scheduling": {"kernel", "worlds"},
    "learning": {"kernel", "worlds", "measures"},
}
for _room in ("agents", "twin", "studies", "dashboard"):
    ROOMS[_room] = set(ROOMS)
ROOMS["gateways"] = set(ROOMS) - {"dashboard"}

#: Library -> the rooms, folders and files that may import it; None: all may.
LIBRARIES: dict[str, tuple[str, ...] | None] = {
    "annotated_types": ("worlds/",),
    "dask": ("studies/parallel.py",),
    "jinja2": ("studies/",),
    "joblib": ("studies/",),
    "matplotlib": ("studies/",),
    "mesa": ("agents/", "dashboard/"),
    "networkx": ("worlds/layout.py",),
    "numba": ("scheduling/compiling.py",),
    "numpy": None,
    "optuna": ("studies/tune/",),
    "ortools": ("scheduling/cpsat/",),
    "pyarrow": ("studies/",),
    "pydantic": ("worlds/",),
    "ray": ("studies/parallel.py",),
    "rich": ("run.py", "studies/progress.py"),
    "scipy": ("measures/statistics/", "learning/", "studies/"),
    "sklearn": ("studies/tune/importance.py",),
    "solara": ("dashboard/",),
    "typer": ("run.py",),
    "uvicorn": ("dashboard/",),
}

#: In these rooms nothing is printed and nothing depends on clock or luck.
SILENT = ("kernel", "worlds", "measures", "plant", "scheduling", "learning", "agents")
FORBIDDEN = {"logging", "time", "random", "secrets", "uuid", "getpass", "warnings"}
#: The wall-clock guard of the solver; what it cuts short says it is not reproducible.
CLOCKS = {"scheduling/engines.py"}

LONGEST = 400  # lines of a module that gives no reason to be longer


def modules() -> list[str]:
    """Return every module of the project, as paths from its root."""
    found = ["run.py"]
    for room in ROOMS:
        paths = sorted((ROOT / room).rglob("*.py"))
        found += [path.relative_to(ROOT).as_posix() for path in paths]
    return found


def tree_of(module: str) -> ast.Module:
    """Return a module as a syntax tree."""
    return ast.parse((ROOT / module).read_text(encoding="utf-8"), module)


def imports(module: str) -> Iterator[str]:
    """Yield the full names a module imports, those for type checking included."""
    for node in ast.walk(tree_of(module)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module}: relative import"
            assert node.module is not None
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def room_of(module: str) -> str:
    """Return the room a module stands in."""
    return module.partition("/")[0]


def strays(module: str) -> list[str]:
    """Return the imports of a module that its room may not have."""
    room, found = room_of(module), []
    for name in imports(module):
        top = name.partition(".")[0]
        if top in ROOMS:
            if room != "run.py" and top != room and top not in ROOMS[room]:
                found.append(name)
        elif top in LIBRARIES:
            allowed = LIBRARIES[top]
            if allowed is not None and not module.startswith(allowed):
                found.append(name)
        elif top not in sys.stdlib_module_names:
            found.append(name)
    return found


def indiscretions(module: str) -> list[str]:
    """Return what a silent module prints, or takes from clock or luck."""
    found = [name for name in imports(module) if name.partition(".")[0] in FORBIDDEN]
    # A generator that is given its seed is no luck.
    found = [name for name in found if name not in ("random", "random.Random")]
    if module in CLOCKS:
        found = [name for name in found if not name.startswith("time")]
    for node in ast.walk(tree_of(module)):
        if isinstance(node, ast.Call):
            called = ast.unparse(node.func)
            unseeded = called.endswith("Random") and not node.args
            if (
                called in ("print", "input")
                or unseeded
                or re.search(
                    r"\bdate(time)?\.(now|today|utcnow)$|^random\.[a-z]|\b(np|numpy)\.random\b",
                    called,
                )
            ):
                found.append(called)
    return found


@pytest.mark.parametrize("module", modules())
def test_imports_point_upward_only(module: str) -> None:
    """A room imports only what DESIGN's table lets it, and libraries at home only."""
    assert strays(module) == []


@pytest.mark.parametrize(
    "module", [module for module in modules() if room_of(module) in SILENT]
)
def test_rooms_below_studies_are_silent(module: str) -> None:
    """From kernel to agents nobody prints, looks at a clock or throws dice."""
    assert indiscretions(module) == []


@pytest.mark.parametrize("module", modules())
def test_modules_are_short(module: str) -> None:
    """A module of more than 400 lines gives its reason at its top."""
    lines = (ROOT / module).read_text(encoding="utf-8").count("\n")
    reason = re.search(r"[Oo]ver \d+ lines", ast.get_docstring(tree_of(module)) or "")
    assert lines <= LONGEST or reason


@pytest.mark.parametrize("module", modules())
def test_modules_say_what_they_are(module: str) -> None:
    """Every module begins with a docstring."""
    assert ast.get_docstring(tree_of(module))


def test_every_room_is_known() -> None:
    """There is no package beside the rooms."""
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")}
    assert packages <= set(ROOMS)
    assert {"kernel", "worlds", "measures", "plant", "scheduling"} <= packages


def test_the_proof_can_fail(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A module that breaks the rules is found out."""
    (tmp_path / "kernel").mkdir()
    (tmp_path / "kernel" / "bad.py").write_text(
        "import mesa\nimport time\nfrom plant import lot\nimport flask\n"
        "print(datetime.now(), Random())\n"
    )
    monkeypatch.setattr("test_architecture.ROOT", tmp_path)
    assert strays("kernel/bad.py") == ["mesa", "plant.lot", "flask"]
    assert indiscretions("kernel/bad.py") == [
        "time",
        "print",
        "datetime.now",
        "Random",
    ]

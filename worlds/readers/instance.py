"""An instance file as a world, whatever its format: told by its content."""

from __future__ import annotations

from pathlib import Path

from kernel.errors import BadInput
from worlds.files import read_text, shown
from worlds.readers.bilge_ulusoy import shop_with_vehicles
from worlds.readers.flexible import Jobs, flexible_jobs, is_flexible, sizes
from worlds.readers.jobshop import pair_jobs, taillard_jobs, travel_times
from worlds.readers.numbers import MOST_MACHINES, Numbers, Row, rows_of
from worlds.readers.shop import Shop, name_of, world_of
from worlds.spec import World

LARGEST_INSTANCE = 8_000_000  # bytes
VEHICLES = 2  # where a file with travel times does not say (Bilge & Ulusoy 1995)
LAYOUT = ".layout.txt"  # NAME.layout.txt holds the travel times of NAME.txt
_SHIPPED = Path(__file__).resolve().parent.parent / "instances"


def shipped_instances() -> dict[str, Path]:
    """Return the instances that come with Holofab, by name (the file's stem)."""
    return {
        path.stem: path
        for path in sorted(_SHIPPED.iterdir())
        if path.suffix in (".fjs", ".json", ".txt") and not path.name.endswith(LAYOUT)
    }


def read_instance(path: str | Path, layout: str | Path | None = None) -> World:
    """Return a benchmark file as a world.

    Flexible job shops (``.fjs``, Deroussi-Norre), job shops (OR-Library, Taillard) and
    Bilge-Ulusoy JSON are told apart by their content.

    Parameters
    ----------
    path
        The file.
    layout
        A second file with the travel times, load/unload first; by default the one
        :func:`beside` the file. With travel times the third
        number of a flexible job shop is the number of vehicles; without, its mean
        flexibility, and there are no vehicles.

    Raises
    ------
    BadInput
        If a file cannot be read, ends early, or holds a number that cannot be.
    """
    path = Path(path)
    where = str(path)
    text = read_text(path, LARGEST_INSTANCE)
    if text.lstrip()[:1] in ("{", "["):
        if layout is not None:
            problem = "the instance has travel times of its own, expected no layout"
            raise BadInput(str(layout), "", problem)
        return world_of(shop_with_vehicles(text, where, name_of(path.stem)))
    rows = list(rows_of(text))
    if not rows:
        problem = "holds no numbers, expected an instance (.fjs, job shop or JSON)"
        raise BadInput(where, "", problem)
    layout = layout or beside(path)
    jobs, first = _jobs(rows, where, path.suffix == ".fjs")
    machines = sizes(rows[0], where)[1]
    shop = Shop(
        name=name_of(path.stem),
        machines=tuple(f"M{first + i}" for i in range(machines)),
        jobs=jobs,
    )
    if layout is None:
        return world_of(shop)
    return world_of(_with_travel(shop, Path(layout), _vehicles(rows[0], where)))


def beside(path: Path) -> Path | None:
    """Return the file of travel times that lies beside an instance, if there is one."""
    layout = path.with_name(path.stem + LAYOUT)
    return layout if layout.is_file() else None


def _with_travel(shop: Shop, layout: Path, vehicles: int) -> Shop:
    """Return the shop with the travel times of a file."""
    rows = list(rows_of(read_text(layout, LARGEST_INSTANCE)))
    return Shop(
        name=shop.name,
        machines=shop.machines,
        jobs=shop.jobs,
        travel=travel_times(rows, str(layout), len(shop.machines) + 1),
        vehicles=vehicles,
    )


def _vehicles(header: Row, where: str) -> int:
    """Return the number of vehicles a first row states."""
    if len(header[1]) < 3:
        return VEHICLES
    numbers = Numbers([(header[0], header[1][2:])], where)
    what = "number of vehicles (that is the third number where parts are carried)"
    return numbers.take(what, 1, MOST_MACHINES)


def _jobs(rows: list[Row], where: str, fjs: bool) -> tuple[Jobs, int]:
    """Return the jobs, and the number of the first machine, in whatever format."""
    line, header = rows[0]
    count, machines = sizes(rows[0], where)
    lengths = [len(words) for _, words in rows[1:]]
    titles = {words[0].lower() for _, words in rows[1:]}
    if titles & {"times", "machines"}:
        return taillard_jobs(rows, where)
    if len(header) > 3:
        expected = "expected 2 or 3: jobs, machines, flexibility or vehicles"
        raise BadInput(where, f"line {line}", f"{len(header)} numbers, {expected}")
    if len(header) == 3 and not _is_plain(header[2]):
        problem = f"{shown(header[2])}, expected the mean flexibility or the vehicles"
        raise BadInput(where, f"line {line}", problem)
    if fjs:
        return flexible_jobs(rows, where)
    if lengths == [2 * machines] * count:
        return pair_jobs(rows, where, counted=False)
    if lengths == [machines] * (2 * count):
        return taillard_jobs(rows, where)
    first_job = rows[1][1] if lengths else []
    if len(first_job) > 1 and first_job[0] == str(len(first_job) // 2):
        return pair_jobs(rows, where, counted=True)
    if len(header) == 3 or is_flexible(first_job):
        return flexible_jobs(rows, where)
    return pair_jobs(rows, where, counted=False)


def _is_plain(word: str) -> bool:
    """Return whether a word is a number above 0 without sign or exponent."""
    whole, _, part = word.partition(".")
    return (whole + part).isascii() and (whole + part).isdigit() and len(word) < 19

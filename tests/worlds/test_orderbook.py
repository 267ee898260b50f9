"""Order books: real orders from a CSV file."""

import re
from pathlib import Path

import pytest

from kernel.calendar import HOUR
from kernel.errors import BadInput
from worlds.read import read_world, resolved, world_of
from worlds.shipped import path_of
from worlds.spec import OrderLine

HEAD = "order,product,options,quantity,release,due,priority\n"
CELL = path_of("cell").read_text("utf-8")


def world_with(folder, rows, file="orders.csv", head=HEAD):
    """Return the cell with an order book of these rows."""
    (folder / "orders.csv").write_bytes(
        rows if isinstance(rows, bytes) else (head + rows).encode()
    )
    text = CELL.replace("[demand]", f'[demand]\nfile = "{file}"')
    (folder / "w.toml").write_text(text)
    return read_world(folder / "w.toml")


def test_the_book_the_documentation_shows(tmp_path):
    """It is read as it stands there, and means what is said of it."""
    page = Path(__file__, "../../../docs/world-file.md").resolve().read_text("utf-8")
    (book,) = re.findall(r"^```csv\n(.*?)^```$", page, re.M | re.S)
    made, urgent, early = world_with(tmp_path, book, head="").demand.orders
    assert (made.release, made.due, made.weight) == (1.5 * HOUR, 8 * HOUR, 1)
    assert (urgent.release, urgent.due, urgent.weight) == (3 * HOUR, 4.5 * HOUR, 4)
    assert (early.release, early.quantity, early.weight) == (0, 2, 1)


def test_orders_are_read_into_the_world(tmp_path):
    """Instants are ISO or durations, empty cells are defaults, the world whole."""
    world = world_with(
        tmp_path,
        "A1,flange,size=d80,2,1 h,2026-01-05T10:00:00Z,2.5\n"
        '\n"A2", flange , size=d160 ,,,9 h,\n',
    )
    assert world.demand.file is None
    assert world.demand.orders == (
        OrderLine(
            id="A1",
            product="flange",
            options={"size": "d80"},
            quantity=2,
            arrival=HOUR,
            release=HOUR,
            due=4 * HOUR,
            weight=2.5,
        ),
        OrderLine(id="A2", product="flange", options={"size": "d160"}, due=9 * HOUR),
    )
    assert world_of(resolved(world), "run.json") == world


def test_columns_may_stand_in_any_order(tmp_path):
    """The first line says which column is which."""
    head = "due,order,priority,options,release,quantity,product\n"
    world = world_with(tmp_path, "9 h,A1,1,size=d80,,3,flange\n", head=head)
    assert (world.demand.orders[0].id, world.demand.orders[0].quantity) == ("A1", 3)


GOOD = "A1,flange,size=d80,2,1 h,9 h,1\n"


@pytest.mark.parametrize(
    ("rows", "line", "words"),
    [
        (GOOD + GOOD, "line 3: order", "occurs twice"),
        (GOOD.replace("A1", "a b"), "line 2", "an id"),
        (GOOD.replace("flange", "flang"), "line 2: product", 'did you mean "flange"'),
        (GOOD.replace("d80", "d81"), "line 2: options", "expected one of d80"),
        (GOOD.replace("size=d80", "size"), "line 2", "a=b;c=d"),
        (GOOD.replace("size=d80", "size=d80;size=d80"), "line 2", "once"),
        (GOOD.replace("size=d80", ""), "line 2: options", "without size"),
        (GOOD.replace(",2,", ",2.5,"), "line 2", "a whole number"),
        (GOOD.replace(",2,", ",0,"), "line 2", "a whole number"),
        (GOOD.replace(",2,", ",-1,"), "line 2", "a whole number"),
        (GOOD.replace("9 h", ""), "line 2", "due"),
        (GOOD.replace("9 h", "9"), "line 2", "or a duration"),
        (GOOD.replace("9 h", "30 min"), "line 2: due", "before release"),
        (GOOD.replace("9 h", "2026-01-05T10:00:00"), "line 2", "time zone"),
        (GOOD.replace("9 h", "2025-01-05T10:00:00Z"), "line 2", "after the world's"),
        (GOOD.replace("9 h", "9999-12-31T23:59:59-23:59"), "line 2", "due"),
        (GOOD.replace("1\n", "nan\n"), "line 2", "above 0"),
        (GOOD.replace("1\n", "1e999\n"), "line 2", "above 0"),
        (GOOD.replace("1\n", "high\n"), "line 2", "above 0"),
        (GOOD.replace(",1\n", "\n"), "line 2", "6 cells, expected 7"),
        (GOOD + '"A2', "line 3", "unexpected end"),
        ("x" * 200_000, "line 2", "field limit"),
        (GOOD.encode(), "line 1", "no known column"),
        (b"order,product\n", "line 1", "each of order"),
        (HEAD.replace("due", "duee").encode(), "line 1", 'did you mean "due"'),
        (b"", "line 1", "expected a first line"),
        (HEAD.encode() + b"\xff", "line 2", "UTF-8"),
        (GOOD.replace("A1", "A\0"), "line", ""),
        (GOOD.replace("A1", "mill"), "demand.orders.mill", "taken"),
    ],
)
def test_bad_books_are_refused(tmp_path, rows, line, words):
    """The file and the line are named, the value and what was expected."""
    with pytest.raises(BadInput) as caught:
        world_with(tmp_path, rows)
    assert caught.value.place.startswith(line)
    assert words in caught.value.problem
    if line.startswith("line"):
        assert caught.value.where == str(tmp_path / "orders.csv")


@pytest.mark.parametrize(
    "file", ["/etc/passwd", "../orders.csv", "C:/x.csv", "a/../../x"]
)
def test_books_outside_the_folder_are_refused(tmp_path, file):
    """A world file reads nothing but what belongs to it."""
    with pytest.raises(BadInput, match=r"demand\.file: .*in the folder"):
        world_with(tmp_path, GOOD, file)


def test_missing_book(tmp_path):
    """A book that is not there is named."""
    with pytest.raises(BadInput, match=r"none\.csv: there is no such file"):
        world_with(tmp_path, GOOD, "none.csv")


def test_resolved_worlds_have_their_orders():
    """Plain values do not lead to files."""
    content = resolved(read_world("cell"))
    content["demand"]["file"] = "orders.csv"
    with pytest.raises(BadInput, match="expected the orders themselves"):
        world_of(content, "w")

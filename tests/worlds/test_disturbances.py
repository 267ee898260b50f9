"""The grammar of disturbances."""

from dataclasses import replace

import pytest

from kernel.calendar import HOUR, MINUTE
from kernel.errors import BadInput
from worlds.disturbances import Break, Cancel, Delay, Rush, Stop, most_popular, parse
from worlds.read import read_world
from worlds.spec import OptionRule

CELL = read_world("cell")


@pytest.mark.parametrize(
    ("text", "kind", "more"),
    [
        ("break:mill:45 min@6 h", Break, {"machine": "mill", "duration": 45 * MINUTE}),
        ("stop:agv-2:1h@6h", Stop, {"vehicle": "agv-2", "duration": HOUR}),
        ("delay:blank:1 h@6 h", Delay, {"material": "blank", "duration": HOUR}),
        ("cancel:O17@6 h", Cancel, {"order": "O17"}),
        (
            " rush : flange : qty = 2 : due = 90 min @ 6 h ",
            Rush,
            {
                "product": "flange",
                "quantity": 2,
                "due": 6 * HOUR + 90 * MINUTE,
                "options": (("size", "d80"),),
            },
        ),
        (
            "rush:flange:size=d160:due=1 h@6 h",
            Rush,
            {
                "product": "flange",
                "quantity": 1,
                "due": 7 * HOUR,
                "options": (("size", "d160"),),
            },
        ),
    ],
)
def test_disturbances_are_read(text, kind, more):
    """Kind, subject, measures and time."""
    assert parse(text, CELL) == kind(text=text, time=6 * HOUR, **more)


def test_without_a_time_it_happens_now():
    """Where a person disturbs a running factory, @TIME may be left out."""
    assert parse("cancel:O1", CELL, now=5).time == 5
    assert parse("cancel:O1@1 s", CELL, now=5).time == 1000


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "no time"),
        ("@", "number with a unit"),
        ("@1 h", "expected one of break"),
        ("brake:mill:1 h@1 h", 'did you mean "break"'),
        ("break:mill:1 h", "no time"),
        ("break:mill:1 h@noon", '"noon"'),
        ("break:mill:1 h@-1 h", '"-1 h"'),
        ("break:mill@1 h", "break:MACHINE:DURATION"),
        ("break:mill:1 h:2 h@1 h", "break:MACHINE:DURATION"),
        ("break:mil:1 h@1 h", 'did you mean "mill"'),
        ("break:mill:soon@1 h", 'duration "soon"'),
        ("break:mill:1e999 h@1 h", "duration"),
        ("stop:agv:1 h@1 h", 'did you mean "agv-1"'),
        ("delay:blanks:1 h@1 h", 'did you mean "blank"'),
        ("repair:mil@1 h", 'did you mean "mill"'),
        ("repair:mill:1 h@1 h", "repair:MACHINE"),
        ("lose:2:1 h@1 h", '"2", expected a share'),
        ("lose:-.1:1 h@1 h", "expected a share"),
        ("lose:half:1 h@1 h", "expected a share"),
        ("lose:.5@1 h", "lose:SHARE:DURATION"),
        ("cancel:@1 h", "the id of an order"),
        ("cancel:a b@1 h", "the id of an order"),
        ("cancel:a:b@1 h", "cancel:ORDER"),
        ("rush@1 h", "rush:PRODUCT"),
        ("rush:flang:due=1 h@1 h", 'did you mean "flange"'),
        ("rush:flange@1 h", "no due"),
        ("rush:flange:qty=2@1 h", "no due"),
        ("rush:flange:due=1 h:qty=0@1 h", "a whole number"),
        ("rush:flange:due=1 h:qty=1.5@1 h", "a whole number"),
        ("rush:flange:due=1 h:qty=9999999@1 h", "a whole number"),
        ("rush:flange:due=1 h:qty@1 h", "NAME=VALUE"),
        ("rush:flange:due=1 h:due=2 h@1 h", "each name once"),
        ("rush:flange:due=1 h:sise=d80@1 h", 'did you mean "size"'),
        ("rush:flange:due=1 h:size=d800@1 h", 'did you mean "d80"'),
    ],
)
def test_bad_disturbances_are_refused(text, words):
    """The text is quoted, with what was expected."""
    with pytest.raises(BadInput) as caught:
        parse(text, CELL, where="--disturb")
    assert caught.value.where == "--disturb"
    assert words in caught.value.problem


def test_the_most_popular_sold_variant_is_rushed():
    """Rules count: where the favourite is not sold, the next is taken."""
    product = CELL.products[0]
    assert most_popular(product, {}) == {"size": "d80"}
    rule = OptionRule(given={"size": ("d80",)}, then={"size": ("d120",)})
    rules = replace(product, rules=(rule,))
    assert most_popular(rules, {}) == {"size": "d120"}
    assert most_popular(rules, {"size": "d80"}) is None
    world = replace(CELL, products=(rules,))
    with pytest.raises(BadInput, match="is not sold with these options"):
        parse("rush:flange:due=1 h:size=d80@1 h", world)

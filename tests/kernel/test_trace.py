"""The record of a run, line by line."""

from __future__ import annotations

import json
from hashlib import sha256

from hypothesis import given
from hypothesis import strategies as st

from kernel.events import VOCABULARY, Event
from kernel.trace import Trace, event_of, line_of

VALUES = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(allow_nan=False, allow_infinity=False),
        st.text(max_size=20),
    ),
    lambda inner: st.lists(inner, max_size=3),
    max_leaves=6,
)


@st.composite
def events(draw: st.DrawFn) -> Event:
    """Return an event with the facts of its kind and arbitrary values."""
    kind = draw(st.sampled_from(sorted(VOCABULARY)))
    facts = {name: draw(VALUES) for name in VOCABULARY[kind]}
    return Event(draw(st.integers(0, 10**12)), kind, draw(st.text(max_size=20)), facts)


@given(events())
def test_a_line_gives_its_event_back(event):
    """Nothing is lost in writing, and a line is a line."""
    line = line_of(event)
    assert event_of(line) == event
    assert "\n" not in line
    assert list(json.loads(line))[:3] == ["t", "event", "id"]


def test_no_fact_has_the_name_of_a_field():
    """``t``, ``event`` and ``id`` are taken; a fact so called would hide them."""
    for kind, names in VOCABULARY.items():
        assert not {"t", "event", "id"} & set(names), kind
        assert len(set(names)) == len(names), kind


@given(st.lists(events(), max_size=5))
def test_the_digest_is_the_sum_of_the_file(recorded):
    """What ``sha256sum trace.jsonl`` prints."""
    trace = Trace({"world": "cell"}, recorded)
    text = "".join(line + "\n" for line in trace.lines())
    assert trace.digest == sha256(text.encode()).hexdigest()


def test_the_header_comes_first():
    """As one line of JSON, also without any event."""
    trace = Trace({"format": 1, "world": {"name": "Gießerei"}})
    assert list(trace.lines()) == ['{"format":1,"world":{"name":"Gießerei"}}']


def test_the_digest_sees_every_change():
    """Header, time, order and facts."""
    one = Event(1, "order_promised", "O1", {"promise": 5})
    two = Event(1, "order_promised", "O2", {"promise": 5})
    digests = {
        Trace({"seed": 1}, [one, two]).digest,
        Trace({"seed": 2}, [one, two]).digest,
        Trace({"seed": 1}, [two, one]).digest,
        Trace({"seed": 1}, [one]).digest,
        Trace({"seed": 1}, [one._replace(time=2), two]).digest,
        Trace({"seed": 1}, [one._replace(facts={"promise": 6}), two]).digest,
    }
    assert len(digests) == 6


def test_a_trace_keeps_its_own_list():
    """What it was made from can go on changing."""
    header, recorded = {"seed": 1}, [Event(1, "vehicle_resumed", "V1", {})]
    trace = Trace(header, recorded)
    before = trace.digest
    header["seed"] = 2
    recorded.clear()
    assert trace.digest == before

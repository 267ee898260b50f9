"""The one clock: order, cancelling, stopping, copying."""

from __future__ import annotations

import copy
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.calendar import Calendar, Priority


class Log:
    """Notes what it is called for, and may schedule more."""

    def __init__(self, calendar: Calendar, id: str = "log") -> None:
        self.calendar, self.id = calendar, id
        self.entries: list[tuple[int, object]] = []
        calendar.register(id, self)

    def note(self, argument: object) -> None:
        """Write down the time and the argument."""
        self.entries.append((self.calendar.now, argument))

    def chain(self, left: int) -> None:
        """Note, and go on in the same instant as often as ``left`` says."""
        self.note(left)
        if left:
            self.calendar.schedule(
                self.calendar.now, Priority.FAIL, self.id, "chain", left - 1
            )

    def halt(self, argument: object) -> None:
        """Note, and stop the run."""
        self.note(argument)
        self.calendar.stop()


EVENTS = st.lists(st.tuples(st.integers(0, 20), st.sampled_from(Priority)), max_size=40)


@given(EVENTS)
def test_events_come_by_time_then_priority_then_order_of_scheduling(events):
    """Whatever the order in which they were scheduled."""
    calendar = Calendar()
    log = Log(calendar)
    for n, (time, priority) in enumerate(events):
        calendar.schedule(time, priority, "log", "note", (time, priority, n))
    assert calendar.run_until(20) == len(events)
    assert [argument for _, argument in log.entries] == sorted(
        (time, priority, n) for n, (time, priority) in enumerate(events)
    )
    assert all(now == argument[0] for now, argument in log.entries)


@given(EVENTS, st.lists(st.integers(0, 25), max_size=6))
def test_the_length_of_slices_does_not_matter(events, ends):
    """Running in pieces serves the same events in the same order."""

    def run(ends: list[int]) -> list[tuple[int, object]]:
        calendar = Calendar()
        log = Log(calendar)
        for n, (time, priority) in enumerate(events):
            calendar.schedule(time, priority, "log", "note", n)
        for end in ends:
            calendar.run_until(end)
        return log.entries

    assert run([*sorted(ends), 25]) == run([25])


@given(EVENTS, st.data())
def test_cancelled_events_are_not_served(events, data):
    """And they are not pending; the others are, and come in their order."""
    calendar = Calendar()
    log = Log(calendar)
    tickets = [
        calendar.schedule(time, priority, "log", "note", n)
        for n, (time, priority) in enumerate(events)
    ]
    cancelled = data.draw(st.sets(st.sampled_from(tickets))) if tickets else set()
    for ticket in cancelled:
        calendar.cancel(ticket)
    live = {n for n, ticket in enumerate(tickets) if ticket not in cancelled}
    assert {entry[-1] for entry in calendar.pending()} == live
    assert calendar.run_until(20) == len(live)
    assert {argument for _, argument in log.entries} == live


def test_the_past_is_closed():
    """Scheduling before now is a sentence, and the calendar is unharmed."""
    calendar = Calendar(now=5)
    with pytest.raises(ValueError, match=r"log\.note at 4 ms is before now, 5 ms"):
        calendar.schedule(4, Priority.DECIDE, "log", "note")
    assert not list(calendar.pending())


def test_events_may_follow_in_the_same_instant():
    """Even before those of the instant that have less urgent priorities."""
    calendar = Calendar()
    log = Log(calendar)
    calendar.schedule(3, Priority.OBSERVE, "log", "note", "last")
    calendar.schedule(3, Priority.DECIDE, "log", "chain", 3)
    calendar.run_until(3)
    assert log.entries == [(3, 3), (3, 2), (3, 1), (3, 0), (3, "last")]


def test_the_clock_stands_at_the_end_of_the_run():
    """With and without events there; an earlier end does not turn it back."""
    calendar = Calendar()
    Log(calendar)
    calendar.schedule(7, Priority.DECIDE, "log", "note")
    calendar.run_until(5)
    assert calendar.now == 5
    calendar.run_until(10)
    calendar.run_until(8)
    assert calendar.now == 10


def test_an_event_after_the_end_stays():
    """With its ticket: it can still be cancelled, and keeps its turn."""
    calendar = Calendar()
    log = Log(calendar)
    first = calendar.schedule(9, Priority.DECIDE, "log", "note", "first")
    calendar.run_until(5)
    calendar.schedule(9, Priority.DECIDE, "log", "note", "second")
    calendar.run_until(8)
    assert min(calendar.pending())[2] == first
    calendar.run_until(9)
    assert log.entries == [(9, "first"), (9, "second")]


def test_stop_ends_the_run_after_the_event():
    """The clock stays there, and what follows stays pending."""
    calendar = Calendar()
    log = Log(calendar)
    calendar.schedule(1, Priority.DECIDE, "log", "halt", "x")
    calendar.schedule(1, Priority.DECIDE, "log", "note", "y")
    assert not calendar.stopped
    assert calendar.run_until(10) == 1
    assert calendar.stopped
    assert (calendar.now, log.entries) == (1, [(1, "x")])
    assert [entry[-1] for entry in calendar.pending()] == ["y"]


def test_what_is_pending_for_a_forgotten_target_is_dropped():
    """Silently, and it does not count as served."""
    calendar = Calendar()
    log = Log(calendar)
    calendar.schedule(1, Priority.DECIDE, "log", "note")
    calendar.forget("log")
    assert calendar.run_until(2) == 0
    assert log.entries == []


def test_two_targets_need_two_names():
    """A second one would steal the events of the first."""
    calendar = Calendar()
    Log(calendar)
    with pytest.raises(ValueError, match="two targets are called 'log'"):
        Log(calendar)


def test_facts_precede_decisions():
    """The order of priorities is part of every trace."""
    facts = [
        Priority.FAIL,
        Priority.REPAIR,
        Priority.SHIFT,
        Priority.FINISH,
        Priority.ARRIVE,
    ]
    rest = [Priority.MESSAGE, Priority.PLAN, Priority.DECIDE, Priority.OBSERVE]
    assert sorted(Priority) == facts + rest


@pytest.mark.parametrize(
    "copied", [copy.deepcopy, lambda pair: pickle.loads(pickle.dumps(pair))]
)
def test_a_calendar_can_be_copied_with_its_targets(copied):
    """The copy runs on as the original does, and leaves it alone."""
    calendar = Calendar()
    log = Log(calendar)
    for time in (1, 4, 4, 6):
        calendar.schedule(time, Priority.DECIDE, "log", "note", time)
    calendar.cancel(calendar.schedule(5, Priority.DECIDE, "log", "note", "never"))
    calendar.run_until(2)
    other, other_log = copied((calendar, log))
    other.run_until(10)
    assert log.entries == [(1, 1)]
    calendar.run_until(10)
    assert other_log.entries == log.entries == [(1, 1), (4, 4), (4, 4), (6, 6)]

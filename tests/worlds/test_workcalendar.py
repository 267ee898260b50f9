"""Working time and departures, against a walk minute by minute."""

from datetime import UTC, date, datetime, timedelta, timezone
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kernel.calendar import DAY, HOUR, MINUTE
from worlds.spec import Dock, Shift, WorkCalendar
from worlds.workcalendar import (
    FOREVER,
    WEEK,
    WEEKDAYS,
    OpenHours,
    clock,
    closed,
    departures,
    since_monday,
)

MONDAY = datetime(2026, 1, 5, 6, tzinfo=UTC)
DAYS = WEEKDAYS[:5]


def calendar(*shifts: tuple[tuple[str, ...], str, str], shut=()) -> WorkCalendar:
    """Return a calendar of (days, start, end)."""
    return WorkCalendar(
        id="c",
        shifts=tuple(Shift(days=d, start=a, end=b) for d, a, b in shifts),
        closed=shut,
    )


def walked(cal: WorkCalendar, start: datetime, minute: int) -> bool:
    """Return whether the calendar is open, by its definition, one minute at a time."""
    now = start + timedelta(minutes=minute)
    if now.date() in cal.closed:
        return False
    text = f"{now:%H:%M}"
    today, eve = WEEKDAYS[now.weekday()], WEEKDAYS[now.weekday() - 1]
    for shift in cal.shifts:
        if shift.start < shift.end:
            if today in shift.days and shift.start <= text < shift.end:
                return True
        elif (today in shift.days and text >= shift.start) or (
            eve in shift.days and text < shift.end
        ):
            return True
    return False


clocks = st.builds(
    lambda h, m: f"{h:02}:{m:02}", st.integers(0, 23), st.sampled_from([0, 15, 59])
)
shifts = st.tuples(
    st.lists(st.sampled_from(WEEKDAYS), min_size=1, max_size=7, unique=True).map(tuple),
    clocks,
    st.one_of(clocks, st.just("24:00")),
).filter(lambda s: s[1] != s[2])
calendars = st.builds(
    lambda s, c: calendar(*s, shut=tuple(c)),
    st.lists(shifts, min_size=1, max_size=4),
    st.lists(st.dates(date(2026, 1, 3), date(2026, 1, 20)), max_size=4),
)
starts = st.datetimes(datetime(2026, 1, 4), datetime(2026, 1, 12)).map(
    lambda d: d.replace(second=0, microsecond=0, tzinfo=UTC)
)


@settings(max_examples=60, deadline=None)
@given(cal=calendars, start=starts)
def test_hours_are_those_of_a_minute_walk(cal, start):
    """Open, next opening and next closing agree with walking through the minutes."""
    minutes = 16 * 24 * 60
    opened = [walked(cal, start, m) for m in range(minutes)]
    hours = OpenHours(cal, start)
    opening = closing = None
    for m in reversed(range(minutes)):
        if opened[m]:
            opening = m
            if m + 1 < minutes and not opened[m + 1]:
                closing = m + 1
        if m % 13 and not (m + 1 < minutes and opened[m] != opened[m + 1]):
            continue
        assert hours.is_open(m * MINUTE) == opened[m]
        if opening is not None:
            assert hours.opens_at(m * MINUTE) == opening * MINUTE
        if closing is not None:
            assert hours.closes_after(m * MINUTE) == closing * MINUTE


@settings(max_examples=60, deadline=None)
@given(
    cal=calendars, start=starts, first=st.integers(0, 9000), long=st.integers(0, 9000)
)
def test_closed_is_what_is_not_open(cal, start, first, long):
    """The closed intervals are sorted, apart, and hold exactly the minutes not open."""
    found = closed(cal, start, first * MINUTE, (first + long) * MINUTE)
    assert all(a < b for a, b in found)
    assert all(b < c for (_, b), (c, _) in pairwise(found))
    shut = {m for a, b in found for m in range(a // MINUTE, b // MINUTE)}
    span = range(first, first + long)
    assert shut == {m for m in span if not walked(cal, start, m)}


def test_answers_do_not_depend_on_the_order_of_questions():
    """A pattern laid out by a far question answers a near one alike."""
    cal = calendar((("Sun",), "22:00", "06:00"), (DAYS, "06:00", "22:00"))
    far, near = OpenHours(cal, MONDAY), OpenHours(cal, MONDAY)
    far.opens_at(100 * WEEK)
    for t in range(0, 2 * WEEK, 7 * HOUR):
        assert far.closes_after(t) == near.closes_after(t)


def test_shift_over_midnight_and_weekend():
    """A Friday night shift ends on Saturday morning; then it is closed until Monday."""
    cal = calendar((DAYS, "22:00", "06:00"))
    hours = OpenHours(cal, MONDAY)
    friday_night = 4 * DAY + 16 * HOUR
    assert hours.is_open(friday_night)
    assert hours.closes_after(friday_night) == 5 * DAY
    assert not hours.is_open(5 * DAY)
    assert hours.opens_at(5 * DAY) == 7 * DAY + 16 * HOUR


def test_sunday_night_shift_reaches_into_the_first_monday():
    """What began before the world's start is still open at it."""
    cal = calendar((("Sun",), "22:00", "07:00"))
    assert OpenHours(cal, MONDAY).closes_after(0) == HOUR


def test_shifts_that_touch_are_one_working_time():
    """Early and late shift together close once, in the evening."""
    cal = calendar((DAYS, "06:00", "14:00"), (DAYS, "14:00", "22:00"))
    assert OpenHours(cal, MONDAY).closes_after(0) == 16 * HOUR


def test_closed_date_takes_the_whole_day():
    """Neither the night shift into a closed date nor the one out of it is worked."""
    cal = calendar((WEEKDAYS, "22:00", "06:00"), shut=(date(2026, 1, 6),))
    hours = OpenHours(cal, MONDAY)
    assert hours.closes_after(16 * HOUR) == 18 * HOUR  # midnight
    assert hours.opens_at(18 * HOUR) == 42 * HOUR  # the next one


def test_always_open_never_closes():
    """No calendar, and one of all hours, close never; a closed date still counts."""
    whole = (WEEKDAYS, "00:00", "24:00")
    assert OpenHours(None, MONDAY).closes_after(5) == FOREVER
    assert OpenHours(None, MONDAY).opens_at(5) == 5
    assert OpenHours(calendar(whole), MONDAY).closes_after(5) == FOREVER
    one = OpenHours(calendar(whole, shut=(date(2026, 3, 2),)), MONDAY)
    assert one.closes_after(0) == 55 * DAY + 18 * HOUR
    assert one.closes_after(60 * DAY) == FOREVER
    assert closed(None, MONDAY, 0, WEEK) == ()


def test_no_day_never_opens():
    """A shift on no day gives no working time at all."""
    hours = OpenHours(calendar(((), "06:00", "14:00")), MONDAY)
    assert hours.opens_at(0) == FOREVER
    assert hours.closes_after(0) == FOREVER
    assert closed(calendar(((), "06:00", "14:00")), MONDAY, 3, 9) == ((3, 9),)


def test_hours_are_utc():
    """A start in another zone is the same instant, and shifts are read in UTC."""
    there = MONDAY.astimezone(timezone(timedelta(hours=9)))
    assert since_monday(there) == 6 * HOUR
    assert OpenHours(calendar((DAYS, "06:00", "07:00")), there).is_open(0)


@pytest.mark.parametrize(
    "text", ["24:01", "6:00", "25:00", "12:60", "noon", "", "-1:00"]
)
def test_clock_refuses(text):
    """What is no time of the day is refused."""
    with pytest.raises(ValueError, match="00:00 to 24:00"):
        clock(text)


@settings(max_examples=60, deadline=None)
@given(
    times=st.lists(clocks, min_size=1, max_size=3).map(tuple),
    days=st.lists(st.sampled_from(WEEKDAYS), min_size=1, unique=True).map(tuple),
    start=starts,
    minute=st.integers(0, 20_000),
)
def test_departures_are_those_of_a_minute_walk(times, days, start, minute):
    """The departure before and after any time is found by walking, too."""
    found = departures(Dock(id="d", node="n", departures=times, days=days), start)

    def leaves(m: int) -> bool:
        now = start + timedelta(minutes=m)
        return WEEKDAYS[now.weekday()] in days and f"{now:%H:%M}" in times

    later = next(m for m in range(minute, minute + 10_081) if leaves(m))
    earlier = next(m for m in range(minute, minute - 10_081, -1) if leaves(m))
    assert found.first_from(minute * MINUTE) == later * MINUTE
    assert found.last_until(minute * MINUTE) == earlier * MINUTE


def test_promises_are_made_in_working_days():
    """Three hours from Friday 23:00 are over on Monday at 02:00: the 14:00 truck."""
    dock = Dock(id="d", node="n", departures=("14:00",), days=DAYS)
    leaving = departures(dock, MONDAY)
    friday = 4 * DAY + 17 * HOUR  # the world starts on Monday at 6:00
    assert leaving.promised(friday, 3 * HOUR) == 7 * DAY + 8 * HOUR
    assert leaving.promised(friday, HOUR - 1) == 7 * DAY + 8 * HOUR
    assert leaving.promised(0, 8 * HOUR) == 8 * HOUR
    assert leaving.promised(0, 8 * HOUR + 1) == DAY + 8 * HOUR


def test_dock_without_departures_leaves_at_once():
    """Without departures every instant is one."""
    found = departures(Dock(id="d", node="n"), MONDAY)
    assert found.first_from(77) == found.last_until(77) == 77

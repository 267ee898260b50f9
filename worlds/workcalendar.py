"""Working time: when a machine or crew may begin work, when a dock departs.

A calendar is a weekly pattern of shifts less whole closed dates, in UTC. Times are
milliseconds since the world's ``start``; an interval ``[from, to)`` holds its first
instant and not its last.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from datetime import UTC, datetime, timedelta

from kernel.calendar import DAY, HOUR, MINUTE
from worlds.spec import Dock, WorkCalendar

WEEK = 7 * DAY
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
#: Later than any run: the answer where working time never ends, or never begins.
FOREVER = 10**15
_CLOCK = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])|24:00")


def clock(text: str) -> int:
    """Return the milliseconds since midnight of a clock time, ``"00:00"``-``"24:00"``.

    Raises
    ------
    ValueError
        If the text is no clock time.
    """
    match = _CLOCK.fullmatch(text)
    if match is None:
        raise ValueError("expected a time from 00:00 to 24:00")
    if match[1] is None:
        return 24 * HOUR
    return int(match[1]) * HOUR + int(match[2]) * MINUTE


def _monday(start: datetime) -> datetime:
    """Return the Monday midnight at or before ``start``, UTC."""
    utc = start.astimezone(UTC)
    midnight = utc.replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight - timedelta(days=midnight.weekday())


def since_monday(start: datetime) -> int:
    """Return the ms from Monday midnight (UTC) of its week to ``start``."""
    return (start - _monday(start)) // timedelta(milliseconds=1)


class OpenHours:
    """When work may begin, answered by bisection.

    The pattern is laid out week by week, as far as questions reach; working times
    that touch are one.

    Parameters
    ----------
    calendar
        None: always open.
    start
        The world's start, with its time zone.
    """

    __slots__ = ("_calendar", "_closed", "_closes", "_laid", "_last_closed", "_opens")

    def __init__(self, calendar: WorkCalendar | None, start: datetime) -> None:
        self._calendar = calendar
        monday = _monday(start)
        first = -since_monday(start)
        self._closed = frozenset(
            first + (day - monday.date()).days * DAY
            for day in (calendar.closed if calendar else ())
        )
        self._last_closed = max(self._closed, default=first)
        self._opens: list[int] = []
        self._closes: list[int] = []
        # A night shift may have begun in the week before.
        self._laid = first - WEEK

    def _lay(self) -> None:
        """Lay out one more week."""
        calendar = self._calendar
        assert calendar is not None
        first, self._laid = self._laid, self._laid + WEEK
        found: list[tuple[int, int]] = []
        for shift in calendar.shifts:
            opens, closes = clock(shift.start), clock(shift.end)
            for name in shift.days:
                midnight = first + WEEKDAYS.index(name) * DAY
                if opens < closes:
                    found.append((midnight + opens, midnight + closes))
                else:  # into the next morning; each day may be a closed one
                    found.append((midnight + opens, midnight + DAY))
                    found.append((midnight + DAY, midnight + DAY + closes))
        for opens, closes in sorted(found):
            midnight = first + (opens - first) // DAY * DAY
            if midnight in self._closed or opens == closes:
                continue
            if self._closes and opens <= self._closes[-1]:
                self._closes[-1] = max(self._closes[-1], closes)
            else:
                self._opens.append(opens)
                self._closes.append(closes)

    def _reach(self, t: int) -> None:
        """Lay out every interval that opens up to and including ``t``."""
        while self._laid <= t:
            self._lay()

    def is_open(self, t: int) -> bool:
        """Return whether work may begin at ``t``."""
        if self._calendar is None:
            return True
        self._reach(t)
        at = bisect_right(self._opens, t) - 1
        return at >= 0 and t < self._closes[at]

    def opens_at(self, t: int) -> int:
        """Return the first instant from ``t`` on at which work may begin."""
        if self._calendar is None or self.is_open(t):
            return t
        while True:
            at = bisect_right(self._opens, t)
            if at < len(self._opens):
                return self._opens[at]
            if self._laid > max(t, self._last_closed) + 2 * WEEK:
                return FOREVER
            self._lay()

    def closes_after(self, t: int) -> int:
        """Return when the working time that holds ``t``, or the next one, ends."""
        if self._calendar is None:
            return FOREVER
        opens = self.opens_at(t)
        if opens == FOREVER:
            return FOREVER
        at = bisect_right(self._opens, opens) - 1
        while self._closes[at] >= self._laid:
            if self._laid > max(opens, self._last_closed) + 2 * WEEK:
                return FOREVER
            self._lay()
        return self._closes[at]


def closed(
    calendar: WorkCalendar | None, start: datetime, first_ms: int, last_ms: int
) -> tuple[tuple[int, int], ...]:
    """Return the times within ``[first_ms, last_ms)`` at which no work begins.

    Returns
    -------
    tuple
        Disjoint intervals ``(from, to)`` in order of time, cut to the period asked
        about.
    """
    hours = OpenHours(calendar, start)
    found: list[tuple[int, int]] = []
    t = first_ms
    while t < last_ms:
        opens = min(hours.opens_at(t), last_ms)
        if t < opens:
            found.append((t, opens))
        t = hours.closes_after(t)
    return tuple(found)


class Departures:
    """The departures of a dock; without any, it leaves whenever one asks.

    Parameters
    ----------
    dock, start
        The dock, and the world's start with its time zone.
    """

    __slots__ = ("_days", "_offset", "_week")

    def __init__(self, dock: Dock, start: datetime) -> None:
        self._offset = since_monday(start)
        self._days = frozenset(WEEKDAYS.index(day) for day in dock.days)
        times = {
            (WEEKDAYS.index(day) * DAY + clock(text)) % WEEK
            for day in dock.days
            for text in dock.departures
        }
        self._week = sorted(times)

    def first_from(self, t: int) -> int:
        """Return the first departure at or after ``t``."""
        if not self._week:
            return t
        weeks, within = divmod(t + self._offset, WEEK)
        at = bisect_left(self._week, within)
        more, at = divmod(at, len(self._week))
        return (weeks + more) * WEEK + self._week[at] - self._offset

    def promised(self, t: int, ahead: int) -> int:
        """Return the first departure at least ``ahead`` after ``t``.

        Time runs on days with departures only: promises are made in working days.
        """
        if not self._week:
            return t + ahead
        while True:
            day, within = divmod(t + self._offset, DAY)
            left = DAY - within if day % 7 in self._days else 0
            if ahead < left:
                return self.first_from(t + ahead)
            t, ahead = t + DAY - within, ahead - left

    def last_until(self, t: int) -> int:
        """Return the last departure at or before ``t``; it may lie before the start."""
        if not self._week:
            return t
        weeks, within = divmod(t + self._offset, WEEK)
        at = bisect_right(self._week, within) - 1
        more, at = divmod(at, len(self._week))
        return (weeks + more) * WEEK + self._week[at] - self._offset


def departures(dock: Dock, start: datetime) -> Departures:
    """Return when a dock departs, to be asked about any time."""
    return Departures(dock, start)

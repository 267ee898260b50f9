"""When customers order: a Poisson process shaped by the hour and the weekday."""

from __future__ import annotations

from bisect import bisect_right
from datetime import datetime

from kernel.calendar import HOUR
from worlds.spec import Demand
from worlds.workcalendar import WEEK, since_monday


class WeeklyRate:
    """The cumulative rate of orders, and its inverse, both exact.

    The rate is constant within an hour of the week and repeats every week; the hours
    of a day (UTC) have the weights ``by_hour``, the days ``by_weekday``, and an average
    day of the week has ``orders_per_day``. Mapping the epochs of a Poisson process of
    rate 1 through the inverse gives the arrivals (time change; Cinlar 1975), so that
    another ``orders_per_day`` moves the same orders in time and changes nothing else.

    Parameters
    ----------
    demand
        With ``orders_per_day`` above 0 and a weight above 0 in both shapes.
    start
        The world's start, with its time zone.
    """

    __slots__ = ("_before", "_offset", "_passed", "_rates", "_week")

    def __init__(self, demand: Demand, start: datetime) -> None:
        weights = [day * hour for day in demand.by_weekday for hour in demand.by_hour]
        self._week = 7 * demand.orders_per_day  # orders expected in a week
        total = sum(weights)
        self._rates = [self._week * weight / total for weight in weights]  # by hour
        self._before = [0.0]  # orders expected from Monday to the start of each hour
        for rate in self._rates:
            self._before.append(self._before[-1] + rate)
        self._offset = since_monday(start)
        self._passed = self._since_monday(self._offset)

    def _since_monday(self, t: int) -> float:
        weeks, within = divmod(t, WEEK)
        hour, rest = divmod(within, HOUR)
        return weeks * self._week + self._before[hour] + self._rates[hour] * rest / HOUR

    def expected(self, t: int) -> float:
        """Return how many orders are expected from the start until ``t``, ms."""
        return self._since_monday(t + self._offset) - self._passed

    def time_of(self, orders: float) -> int:
        """Return when so many orders are expected to have arrived, ms."""
        weeks, within = divmod(orders + self._passed, self._week)
        # The last hour that begins with at most so many expected and is not empty.
        hour = min(bisect_right(self._before, within) - 1, len(self._rates) - 1)
        while self._rates[hour] == 0:
            hour -= 1
        rest = (within - self._before[hour]) / self._rates[hour]
        return round(weeks * WEEK + (hour + rest) * HOUR) - self._offset

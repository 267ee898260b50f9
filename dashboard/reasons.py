"""Why things are as they are: the decisions and events of a run, in sentences."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from dashboard.plans import Plans
from kernel.calendar import HOUR, MINUTE, SECOND
from kernel.events import Event
from worlds.spec import World

#: So many of the latest are told.
MOST = 60
_BIDS = 8


def span(ms: float) -> str:
    """Return a length of time as people say it: ``"2 h 05 min"``."""
    minutes, seconds = divmod(round(abs(ms) / SECOND), 60)
    if minutes >= 60:
        return f"{minutes // 60} h {minutes % 60:02} min"
    return f"{minutes} min" if minutes >= 10 else f"{minutes}:{seconds:02} min"


class Reasons:
    """Tells the latest decisions and events up to an instant."""

    def __init__(self, world: World, events: Sequence[Event], plans: Plans) -> None:
        self._start, self._unit = world.start, (world.unit, world.unit_ms)
        self._events, self._plans = events, plans
        self._weekdays: tuple[str, ...] = ()
        self._folded = 0
        self._told: list[Event] = []  # events there is something to say of
        self._due: dict[str, int] = {}
        self._wishes: dict[str, str] = {}  # transport order -> what is brought where
        self._tell: dict[str, Callable[[Event, Mapping[str, str]], list[str]]] = {
            name[4:]: getattr(self, name) for name in dir(self) if name[:4] == "_of_"
        }

    def latest(
        self, shown: int, words: Mapping[str, str], kinds: str = "main"
    ) -> list[list[Any]]:
        """Return ``[time, kind, subject, sentence, more, ...]``, the latest first.

        Parameters
        ----------
        shown
            Up to when, ms.
        words
            Of the language (:func:`dashboard.words.words`).
        kinds
            ``calls``, ``plans``, ``events``, ``main`` (no calls) or ``all``.
        """
        while self._folded < len(self._events):
            event = self._events[self._folded]
            self._folded += 1
            if event.kind in ("order_received", "order_changed"):
                self._due[event.subject] = event.facts["due"]
            elif event.kind == "transport_requested":
                lot, come, go = (event.facts[k] for k in ("lot", "from", "to"))
                self._wishes[event.subject] = f"{event.subject} ({lot}: {come} → {go})"
            if event.kind in self._tell:
                self._told.append(event)
        self._weekdays = tuple(words["weekdays"].split())
        found: list[list[Any]] = []
        upto = bisect_right(self._told, shown, key=lambda event: event.time)
        for event in reversed(self._told[:upto]):
            kind = _KINDS.get(event.kind, "events")
            if kinds in ("all", kind) or (kinds == "main" and kind != "calls"):
                said = self._tell[event.kind](event, words)
                found.append([event.time, kind, event.subject, *said])
                if len(found) == MOST:
                    break
        return found

    def at(self, time: int) -> str:
        """Return an instant as people say it."""
        unit, unit_ms = self._unit
        if unit:
            return f"{time / unit_ms:g} {unit}"
        when = self._start + timedelta(milliseconds=time)
        return f"{self._weekdays[when.weekday()]} {when:%H:%M}"

    def span(self, ms: float) -> str:
        """Return a length of time as people say it."""
        return self.at(round(abs(ms))) if self._unit[0] else span(ms)

    # -- one sentence a kind -------------------------------------------------------

    def _of_call_settled(self, event: Event, words: Mapping[str, str]) -> list[str]:
        facts = event.facts
        key = "why.call" if facts["winner"] else "why.call.none"
        about = self._wishes.get(facts["about"], facts["about"])
        price = self._price(facts["price"])
        said = words[key].format(**{**facts, "about": about, "price": price})
        bids = sorted(facts["bids"], key=lambda bid: bid[1])[:_BIDS]
        listed = ", ".join(f"{who} {self._price(price)}" for who, price in bids)
        return [said, words["why.bids"].format(bids=listed)] if bids else [said]

    def _price(self, price: float | None) -> str:
        """Return a price, which is a time (a finish or a pick-up) or a sum of money."""
        if price is None:
            return ""
        if self._unit[0]:
            return self.at(round(price))
        if price <= 10 * MINUTE:
            return f"{price:.0f}"
        return self.at(round(price)).partition(" ")[2]

    def _of_replan(self, event: Event, words: Mapping[str, str]) -> list[str]:
        facts = event.facts
        trigger = facts["trigger"].replace("_", " ").replace(":", " ")
        said = words["why.replan"].format(
            **{**facts, "trigger": trigger, "shifted": self.span(facts["shifted"])}
        )
        made = self._plans.at(event.time)
        took = f"{made.seconds * 1000:.0f} ms" if made is not None else "?"
        engines, before = [], None
        for engine in facts["engines"]:
            name, value = engine["engine"], engine["value"]
            if before and value is not None:
                better = 100 * (1 - value / before)
                name += f" {better:.1f} %" if better >= 0.05 else " 0"
            elif before is None:
                name += f" ({engine['status']})"
            engines.append(name)
            before = value or before
        gain = f"{100 * facts['gain']:.1f} %"
        more = words["why.engines"].format(
            engines=", ".join(engines), gain=gain, took=took
        )
        return [said, more]

    def _of_claim_released(self, event: Event, words: Mapping[str, str]) -> list[str]:
        return [words["why.released"].format(**event.facts)]

    def _of_disturbed(self, event: Event, words: Mapping[str, str]) -> list[str]:
        return [words["why.disturbed"].format(what=event.facts["what"])]

    def _of_policy_changed(self, event: Event, words: Mapping[str, str]) -> list[str]:
        return [words["why.policy"].format(policy=event.facts["policy"])]

    def _of_machine_failed(self, event: Event, words: Mapping[str, str]) -> list[str]:
        mode = event.facts["mode"]
        return [words["why.failed"].format(machine=event.subject, mode=mode)]

    def _of_machine_repaired(self, event: Event, words: Mapping[str, str]) -> list[str]:
        return [words["why.repaired"].format(machine=event.subject)]

    def _of_order_received(self, event: Event, words: Mapping[str, str]) -> list[str]:
        facts = event.facts
        said = words["why.received"].format(
            order=event.subject,
            quantity=facts["quantity"],
            product=facts["product"],
            due=self.at(facts["due"]),
        )
        return [said]

    def _of_order_promised(self, event: Event, words: Mapping[str, str]) -> list[str]:
        promise = self.at(event.facts["promise"])
        return [words["why.promised"].format(order=event.subject, promise=promise)]

    def _of_order_shipped(self, event: Event, words: Mapping[str, str]) -> list[str]:
        late = event.time - self._due[event.subject]
        how = words["on_time_word"]
        if late > 0:
            how = words["late_word"].format(time=self.span(late))
        elif late < -HOUR:
            how = words["early_word"].format(time=self.span(late))
        return [words["why.shipped"].format(order=event.subject, late=how)]

    def _of_order_cancelled(self, event: Event, words: Mapping[str, str]) -> list[str]:
        reason = event.facts["reason"]
        return [words["why.cancelled"].format(order=event.subject, reason=reason)]

    def _of_stock_out(self, event: Event, words: Mapping[str, str]) -> list[str]:
        short = event.facts["short"]
        return [words["why.stock_out"].format(material=event.subject, short=short)]


_KINDS = {"call_settled": "calls", "claim_released": "calls", "replan": "plans"}

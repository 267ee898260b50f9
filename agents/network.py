"""How messages travel: latency, loss and capacity of a factory's network.

Latencies are lognormal, fitted to a median and a 99th percentile. What happens to
a message is drawn by what it says (conversation, kind, sender, receiver, attempt),
never by how many were sent before, so that one more message somewhere leaves the
luck of all others alone. Only queueing, where capacity is limited, depends on the
rest of the traffic, as it must.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist

from agents.messages import Message
from kernel.calendar import SECOND, Calendar, Priority
from kernel.chance import Fixed, Lognormal, draw
from kernel.errors import BadInput
from worlds import spec

_P99 = NormalDist().inv_cdf(0.99)


@dataclass(frozen=True, slots=True, kw_only=True)
class Preset:
    """One-way latency (median and 99th percentile, ms) and share of losses."""

    median: float
    p99: float
    loss: float

    @property
    def sigma(self) -> float:
        """The spread of the log of the latency."""
        return math.log(self.p99 / self.median) / _P99 if self.median else 0.0


#: The medians and percentiles are working estimates between published anchors. A
#: lognormal fitted to them is kinder than Wi-Fi in its last per mille: gaps while
#: roaming (50-200 ms) are not part of it, and are a disturbance where they matter.
PRESETS = {
    "none": Preset(median=0.0, p99=0.0, loss=0.0),
    # Ethernet with time-sensitive bridges: hundreds of microseconds end to end.
    "wired": Preset(median=0.3, p99=0.8, loss=1e-7),
    # Wi-Fi 6, calm: 99 % below 10 ms measured on an 80 MHz channel.
    "wifi": Preset(median=3.0, p99=9.0, loss=1e-4),
    # Wi-Fi 6 with interference and many stations: 10-50 ms and more.
    "wifi_loaded": Preset(median=8.0, p99=45.0, loss=3e-3),
    # Private LTE: round trips of 20-22 ms, about 10 ms with pre-allocated grants.
    "lte": Preset(median=12.0, p99=30.0, loss=1e-4),
    # 5G stand-alone in a plant: 95 % of downlink packets within 4-10 ms.
    "5g": Preset(median=7.0, p99=12.0, loss=1e-5),
}


def _latency(given: spec.Network, preset: Preset) -> Fixed | Lognormal | None:
    """Return the law of one-way latencies in ms; None: there is no latency."""
    median = preset.median if given.latency is None else float(given.latency)
    sigma = preset.sigma if given.jitter is None else given.jitter
    if not median:
        return None
    if not sigma:
        return Fixed(value=median)
    if sigma > 3:
        raise BadInput("world", "network.jitter", f"{sigma:g} is not within 0 to 3")
    return Lognormal(median=median, sigma=sigma)


class Network:
    """The medium between agents.

    Parameters
    ----------
    calendar
        Delivers: each message becomes a call of ``receive(message)`` at its
        receiver, with the priority of messages.
    spec
        Preset and its replacements.
    seed
        Of the world's draws.
    duplicate
        Share of messages that arrive twice, for tests.

    Attributes
    ----------
    sent, lost
        How many messages so far.
    latency
        The law of one-way latencies in ms, None where messages take no time.
    """

    __slots__ = (
        "_calendar",
        "_duplicate",
        "_free",
        "_given",
        "_ideal",
        "_interval",
        "_loss",
        "_seed",
        "latency",
        "lost",
        "sent",
    )

    def __init__(
        self,
        calendar: Calendar,
        spec: spec.Network,
        seed: int,
        *,
        duplicate: float = 0.0,
    ) -> None:
        preset = PRESETS[spec.preset]
        self._calendar, self._seed, self._duplicate = calendar, seed, duplicate
        self._given = preset.loss if spec.loss is None else spec.loss
        self._interval = SECOND / spec.per_second if spec.per_second else 0.0
        self._free = 0.0  # when the medium can take the next message
        self.latency = _latency(spec, preset)
        self.sent = self.lost = 0
        self.lose(None)

    def lose(self, share: float | None) -> None:
        """Lose this share of the messages from now on; None: as specified."""
        self._loss = self._given if share is None else share
        self._ideal = (
            self.latency is None
            and not self._loss
            and not self._interval
            and not self._duplicate
        )

    @property
    def patience(self) -> int:
        """How long to wait for an answer before asking again, in ms.

        All but one or two of a thousand exchanges are over by then, if the medium
        is not crowded.
        """
        return (
            1 if self.latency is None else 1 + round(2 * self.latency.quantile(0.999))
        )

    def send(self, message: Message) -> None:
        """Have the message delivered, late, twice or never as chance has it."""
        self.sent += 1
        calendar = self._calendar
        if self._ideal:
            calendar.schedule(
                calendar.now, Priority.MESSAGE, message.receiver, "receive", message
            )
            return
        wait = self._queue()
        name = (
            f"{message.conversation}/{type(message).__name__}/"
            f"{message.sender}>{message.receiver}"
        )
        if self._loss and self._falls(self._loss, f"network/loss/{name}", message):
            self.lost += 1
            return
        self._deliver(message, wait, f"network/latency/{name}")
        if self._duplicate and self._falls(
            self._duplicate, f"network/duplicate/{name}", message
        ):
            self._deliver(message, wait, f"network/again/{name}")

    def _falls(self, share: float, name: str, message: Message) -> bool:
        return draw(self._seed, name, message.attempt) < share

    def _queue(self) -> float:
        """Return how long a message waits until the medium takes it, in ms."""
        if not self._interval:
            return 0.0
        now = self._calendar.now
        start = max(self._free, now)
        self._free = start + self._interval
        return start - now

    def _deliver(self, message: Message, wait: float, name: str) -> None:
        calendar, delay = self._calendar, wait
        if self.latency is not None or wait:
            u = draw(self._seed, name, message.attempt)
            if self.latency is not None:
                delay += self.latency.quantile(u)
            # The clock is whole milliseconds: round up as often as the fraction
            # says, by the draw's low bits, so that 0.3 ms is 0.3 ms on average.
            delay += u * 65536 % 1
        calendar.schedule(
            calendar.now + int(delay),
            Priority.MESSAGE,
            message.receiver,
            "receive",
            message,
        )

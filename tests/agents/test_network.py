"""Latency, loss, queueing and repeatability of the network."""

from __future__ import annotations

import math
import subprocess
import sys

import pytest

from agents.messages import Done, Message
from agents.network import PRESETS, Network
from kernel.calendar import Calendar
from kernel.chance import Lognormal
from kernel.errors import BadInput
from worlds import spec

#: A run of its own, for a process of its own.
ALONE = """
from agents.messages import Done
from agents.network import Network
from kernel.calendar import Calendar
from worlds import spec

class Ear:
    def receive(self, message):
        print(calendar.now, message.conversation)

calendar = Calendar()
calendar.register("B", Ear())
network = Network(calendar, spec.Network(preset="lte", loss=0.3), 7)
for n in range(50):
    network.send(Done(sender="A", receiver="B", conversation=str(n)))
calendar.run_until(1_000)
"""


class Ear:
    """Notes when what arrives."""

    def __init__(self, calendar: Calendar) -> None:
        self.calendar = calendar
        self.heard: list[tuple[int, str]] = []

    def receive(self, message: Message) -> None:
        """Note a message."""
        self.heard.append((self.calendar.now, message.conversation))


def arrange(given: spec.Network, seed: int = 1, duplicate: float = 0.0):
    """Return calendar, network and the ear that is called B."""
    calendar = Calendar()
    ear = Ear(calendar)
    calendar.register("B", ear)
    return calendar, Network(calendar, given, seed, duplicate=duplicate), ear


def say(conversation: object, attempt: int = 0) -> Done:
    """Return a message from A to B."""
    return Done(
        sender="A", receiver="B", conversation=str(conversation), attempt=attempt
    )


def test_none_delivers_in_the_same_instant_and_in_order():
    """Without latency what is said first arrives first, at once."""
    calendar, network, ear = arrange(spec.Network())
    for n in range(5):
        network.send(say(n))
    calendar.run_until(0)
    assert ear.heard == [(0, str(n)) for n in range(5)]
    assert (network.sent, network.lost) == (5, 0)


@pytest.mark.parametrize("name", [name for name in PRESETS if name != "none"])
def test_presets_have_their_percentiles(name):
    """The fitted law has the preset's median and 99th percentile."""
    _, network, _ = arrange(spec.Network(preset=name))
    preset = PRESETS[name]
    assert isinstance(network.latency, Lognormal)
    assert network.latency.quantile(0.5) == pytest.approx(preset.median)
    assert network.latency.quantile(0.99) == pytest.approx(preset.p99)


@pytest.mark.parametrize("name", ["wifi", "wifi_loaded", "lte", "5g"])
def test_deliveries_have_the_preset_percentiles(name):
    """Measured delays agree with the preset to the millisecond of the clock."""
    calendar, network, ear = arrange(spec.Network(preset=name))
    for n in range(20_000):
        network.send(say(n))
    calendar.run_until(10_000)
    delays = sorted(time for time, _ in ear.heard)
    preset = PRESETS[name]
    assert abs(delays[len(delays) // 2] - preset.median) <= 1
    assert delays[len(delays) * 99 // 100] == pytest.approx(preset.p99, rel=0.06, abs=1)
    assert network.lost == pytest.approx(20_000 * preset.loss, abs=30)


def test_latencies_below_the_clock_are_right_on_average():
    """On a wired network 0.3 ms are 0 or 1 ms, 0.33 ms in the mean."""
    calendar, network, ear = arrange(spec.Network(preset="wired"))
    for n in range(20_000):
        network.send(say(n))
    calendar.run_until(1_000)
    delays = [time for time, _ in ear.heard]
    assert network.latency is not None
    assert sum(delays) / len(delays) == pytest.approx(network.latency.mean, abs=0.015)
    assert {0, 1} <= set(delays)


def test_figures_of_a_preset_are_replaced():
    """Latency, jitter and loss of the world stand in for the preset's."""
    calendar, network, ear = arrange(
        spec.Network(preset="wifi", latency=40, jitter=0.0, loss=0.25)
    )
    for n in range(4_000):
        network.send(say(n))
    calendar.run_until(1_000)
    assert {time for time, _ in ear.heard} <= {40, 41}
    assert network.lost == pytest.approx(1_000, abs=100)
    assert len(ear.heard) == 4_000 - network.lost


def test_jitter_without_bound_is_refused():
    """A spread no lognormal law takes is the user's error, not ours."""
    with pytest.raises(BadInput, match=r"network\.jitter: 7 is not within 0 to 3"):
        arrange(spec.Network(latency=5, jitter=7.0))


def test_a_full_medium_makes_messages_wait():
    """Ten messages a second: the eleventh of a burst waits for a second."""
    calendar, network, ear = arrange(spec.Network(per_second=10.0))
    for n in range(11):
        network.send(say(n))
    calendar.run_until(5_000)
    times = [time for time, _ in ear.heard]
    assert times[0] == 0
    assert times[10] in (1_000, 1_001)
    network.send(say("later"))
    calendar.run_until(6_000)
    assert ear.heard[-1] == (5_000, "later")


def test_lose_changes_the_loss_and_takes_it_back():
    """A disturbance loses everything until it is over."""
    calendar, network, ear = arrange(spec.Network())
    network.lose(1.0)
    network.send(say("during"))
    network.lose(None)
    network.send(say("after"))
    calendar.run_until(0)
    assert ear.heard == [(0, "after")]
    assert (network.sent, network.lost) == (2, 1)


def test_duplicates_arrive_twice():
    """With a share of one every message comes twice."""
    calendar, network, ear = arrange(spec.Network(preset="5g"), duplicate=1.0)
    network.send(say("x"))
    calendar.run_until(1_000)
    assert [conversation for _, conversation in ear.heard] == ["x", "x"]
    assert network.sent == 1


def test_luck_belongs_to_the_message():
    """Neither order nor other messages change when one arrives."""
    given = spec.Network(preset="wifi_loaded", loss=0.2)

    def arrivals(conversations: list[int]) -> dict[str, int]:
        calendar, network, ear = arrange(given)
        for n in conversations:
            network.send(say(n))
        calendar.run_until(10_000)
        return {conversation: time for time, conversation in ear.heard}

    few, many = arrivals([3, 1, 2]), arrivals(list(range(200)))
    for n in ("1", "2", "3"):
        assert few.get(n) == many.get(n)


def test_another_attempt_has_its_own_luck():
    """What is lost once is not lost for ever."""
    calendar, network, ear = arrange(spec.Network(loss=0.5))
    for attempt in range(100):
        network.send(say("x", attempt))
    calendar.run_until(0)
    assert 30 < len(ear.heard) < 70


def test_patience_covers_an_exchange():
    """An answer later than the patience is one of a few hundred."""
    assert arrange(spec.Network())[1].patience == 1
    _, network, _ = arrange(spec.Network(preset="lte"))
    law = network.latency
    assert law is not None
    assert law.quantile(0.999) < network.patience < 200
    assert math.isfinite(network.patience)


def test_luck_is_the_same_in_another_process():
    """Hash seeds and processes do not change what arrives."""
    outputs = {
        subprocess.run(
            [sys.executable, "-c", ALONE],
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": ":".join(sys.path)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("0", "1")
    }
    assert len(outputs) == 1
    assert len(outputs.pop()) > 100

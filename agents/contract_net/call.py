"""What a contract net asks of its owners, and what it tells them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from agents.messages import CallForProposal, Proposal

#: "refused": nobody offered anything wanted; "failed": of those who were accepted
#: nobody confirmed in time; "withdrawn": by the announcer.
Outcome = Literal["awarded", "refused", "failed", "withdrawn"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """How a call ended.

    Attributes
    ----------
    conversation, about
        Which call, for what.
    outcome
        How it ended.
    winner, price, promise
        Of the award, None without one; ``promise`` in ms.
    bidders
        How many were asked.
    bids
        Who offered it, and for what price.
    messages
        How many the announcer has sent and received until the call was settled.
    """

    conversation: str
    about: str
    outcome: Outcome
    winner: str | None = None
    price: float | None = None
    promise: int | None = None
    bidders: int
    bids: tuple[tuple[str, float], ...] = ()
    messages: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Bid:
    """What somebody would do a thing for, and when (ms) it would be done."""

    price: float
    promise: int


def cheapest(proposals: Sequence[Proposal]) -> Proposal | None:
    """Return the proposal of least price, then promise, then bidder; None of none."""
    return min(proposals, key=lambda p: (p.price, p.promise, p.sender), default=None)


class Announcer(Protocol):
    """The owner of an initiator; derive from it to have its :meth:`choose`."""

    def settled(self, call: Call) -> None:
        """Learn how a call ended, once a call."""

    def released(self, about: str, conversation: str, reason: str) -> None:
        """Learn that the winner has given up its award before claiming the thing."""

    def choose(self, proposals: Sequence[Proposal]) -> Proposal | None:
        """Return the best of the proposals, None if none will do."""
        return cheapest(proposals)


class Bidder(Protocol):
    """The owner of a participant."""

    def bid(self, call: CallForProposal) -> Bid | str:
        """Return an offer, or the reason why there is none."""

    def take(self, call: CallForProposal, bid: Bid) -> bool:
        """Commit the award of an earlier bid; False if it cannot be kept."""

    def drop(self, about: str, conversation: str) -> None:
        """Forget an award: it was withdrawn, or another of the thing follows it."""

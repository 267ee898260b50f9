"""What agents say to each other: FIPA's contract net, plus a confirmation.

The interaction protocol is FIPA SC00029H. Over a network that loses messages an
accepted proposal may never be heard of, so an award counts only once the winner
has answered the :class:`Acceptance` with a :class:`Confirmation`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What all messages carry.

    Attributes
    ----------
    sender, receiver
        Ids under which both are registered in the calendar.
    conversation
        The call it belongs to. Messages are idempotent by conversation.
    attempt
        How often the same was said before: 0, then 1 when it is sent again. An
        answer takes the attempt of what it answers.
    """

    sender: str
    receiver: str
    conversation: str
    attempt: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class CallForProposal(Message):
    """The question who can do something, when, and at what price.

    Attributes
    ----------
    about
        The id of the thing to be done, such as an operation or a transport.
    body
        A frozen value that bidders understand.
    deadline
        Instant (ms) by which an answer must have come.
    lease
        Instant (ms) until which a proposal must bind its bidder; the call is
        settled by then.
    """

    about: str
    body: Any
    deadline: int
    lease: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal(Message):
    """An offer at a price, done by ``promise``, binding until ``lease`` (ms)."""

    price: float
    promise: int
    lease: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal(Message):
    """No offer."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Acceptance(Message):
    """The proposal is wanted; it is an award once confirmed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejection(Message):
    """The proposal is not, or no longer, wanted.

    Attributes
    ----------
    awarded
        Whether the receiver may hold the award. It then answers with a
        :class:`Failure`, and is told again until it does.
    """

    awarded: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmation(Message):
    """The award is taken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Done(Message):
    """What was awarded has been done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure(Message):
    """The sender does not hold the award: not taken, given up or withdrawn."""

    reason: str

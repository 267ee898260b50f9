"""The announcing side of a contract net."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from agents.contract_net.call import Announcer, Call, Outcome
from agents.contract_net.insistence import Insistence
from agents.contract_net.ledger import Ledger
from agents.messages import (
    Acceptance,
    CallForProposal,
    Confirmation,
    Done,
    Failure,
    Message,
    Proposal,
    Refusal,
    Rejection,
)
from agents.network import Network
from kernel.calendar import Calendar, Priority
from kernel.errors import Impossible

#: How often an Acceptance is sent before the next best is asked.
TRIES = 3


@dataclass(slots=True, kw_only=True)
class _Open:
    """A call that is not settled."""

    conversation: str
    about: str
    body: Any
    participants: tuple[str, ...]
    deadline: int
    lease: int
    silent: set[str]  # have not answered
    proposals: dict[str, Proposal] = field(default_factory=dict)  # not yet accepted
    bids: list[tuple[str, float]] = field(default_factory=list)  # all there were
    candidate: Proposal | None = None  # accepted, not yet confirmed
    tries: int = 0  # of the candidate
    accepted: bool = False  # somebody, at least once
    timer: int | None = None
    messages: int = 0


class Initiator:
    """Announces, awards and keeps the ledger of who holds what.

    Parameters
    ----------
    id
        Of the owner, in the calendar and in messages.
    calendar, network
        Time, and the way to the others.
    owner
        Chooses among proposals and learns how calls end.
    """

    __slots__ = (
        "_calendar",
        "_calls",
        "_count",
        "_doubts",
        "_ledger",
        "_network",
        "_open",
        "_owner",
        "id",
    )

    def __init__(
        self, id: str, calendar: Calendar, network: Network, owner: Announcer
    ) -> None:
        self.id = id
        self._calendar, self._network, self._owner = calendar, network, owner
        self._count = 0
        self._calls: dict[str, _Open] = {}  # by conversation
        self._open: set[str] = set()  # things in open calls
        self._ledger = Ledger()
        self._doubts = Insistence(id, calendar, network)  # who may believe in an award

    def announce(
        self,
        about: str,
        body: Any,
        participants: Sequence[str],
        window: int,
        lease: int | None = None,
    ) -> str:
        """Open a call.

        Parameters
        ----------
        about
            The thing to be done; it must be neither in an open call nor held.
        body
            What bidders have to know, a frozen value.
        participants
            Whom to ask.
        window
            How long (ms) answers may take; 0 only where messages take no time.
        lease
            How long (ms) after the window proposals bind, None: as long as it. The
            call is settled ``window + lease`` from now at the latest.

        Returns
        -------
        str
            The conversation.
        """
        if about in self._open or about in self._ledger:
            raise Impossible(f"{self.id}: {about} is announced, but not free")
        self._count += 1
        deadline = self._calendar.now + window
        call = _Open(
            conversation=f"{self.id}/{self._count}",
            about=about,
            body=body,
            participants=tuple(participants),
            deadline=deadline,
            lease=deadline + (window if lease is None else lease),
            silent=set(participants),
        )
        self._calls[call.conversation] = call
        self._open.add(about)
        self._ask(call, attempt=0)
        # Without anybody to ask the call is settled at once, but not before the
        # caller knows the conversation.
        self._arm(call, deadline - window // 2 if participants else self._calendar.now)
        return call.conversation

    def withdraw(self, conversation: str) -> bool:
        """End a call or take back its award; False if it is over or too late.

        An open call is settled as withdrawn before this returns. A thing that has
        been claimed cannot be taken back.
        """
        call = self._calls.get(conversation)
        if call is not None:
            if call.candidate is not None:
                self._take_back(call, call.candidate.sender)
            self._settle(call, "withdrawn")
            return True
        about = self._ledger.about(conversation)
        if about is None or self._ledger.claimed(about):
            return False
        holder = self._ledger.holder(about)
        self._ledger.strike(about)
        if holder is not None:
            self._doubts.say(self._rejection(conversation, holder[0], awarded=True))
        return True

    def holder(self, about: str) -> tuple[str, str] | None:
        """Return (winner, conversation) of a confirmed award."""
        return self._ledger.holder(about)

    def claim(self, about: str, bidder: str, conversation: str | None) -> bool:
        """Hand the thing over: True once, to its holder with the right token."""
        return self._ledger.claim(about, bidder, conversation)

    def close(self, about: str) -> None:
        """Strike a claimed thing off the ledger: done, or to be announced again."""
        self._ledger.strike(about)

    @property
    def quiet(self) -> bool:
        """Whether nothing is open, held or in doubt: the owner may leave."""
        return not self._calls and not self._ledger and not self._doubts

    def receive(self, message: Message) -> bool:
        """Hear a message; False if it is none for the announcing side."""
        call = self._calls.get(message.conversation)
        if call is not None:
            call.messages += 1
        match message:
            case Proposal() | Refusal():
                if call is not None:
                    self._hear_answer(call, message)
            case Confirmation():
                # One that comes too late has been, or is being, rejected.
                if call is not None and self._is_candidate(call, message.sender):
                    self._ledger.enter(call.about, message.sender, call.conversation)
                    self._settle(call, "awarded")
            case Failure():
                if call is not None and self._is_candidate(call, message.sender):
                    self._award(call)
                else:
                    self._hear_failure(message)
            case Done():
                about = self._held_by(message)
                if about is not None:
                    self._ledger.strike(about)
            case _:
                return False
        return True

    def timeout(self, argument: object) -> bool:
        """Serve a timer; False if it is none of the announcing side."""
        match argument:
            case ("call", str(conversation)):
                self._go_on(self._calls[conversation])
            case Rejection():
                self._doubts.again(argument)
            case _:
                return False
        return True

    @staticmethod
    def _is_candidate(call: _Open, bidder: str) -> bool:
        return call.candidate is not None and call.candidate.sender == bidder

    def _held_by(self, message: Message) -> str | None:
        """Return the thing the sender holds by the message's conversation."""
        about = self._ledger.about(message.conversation)
        if about is None:
            return None
        token = (message.sender, message.conversation)
        return about if self._ledger.holder(about) == token else None

    def _hear_answer(self, call: _Open, answer: Proposal | Refusal) -> None:
        if answer.sender not in call.silent:
            return  # heard before
        call.silent.discard(answer.sender)
        if isinstance(answer, Proposal):
            call.proposals[answer.sender] = answer
            call.bids.append((answer.sender, answer.price))
        if not call.silent and call.candidate is None:
            self._award(call)

    def _hear_failure(self, failure: Failure) -> None:
        """Learn that somebody holds nothing (any more), and say that this is known."""
        conversation, sender = failure.conversation, failure.sender
        if self._doubts.heard(conversation, sender):
            return
        self._network.send(
            self._rejection(conversation, sender, attempt=failure.attempt)
        )
        about = self._held_by(failure)
        if about is not None and not self._ledger.claimed(about):
            self._ledger.strike(about)
            self._owner.released(about, conversation, failure.reason)

    def _go_on(self, call: _Open) -> None:
        """Take the next step of a call from which nothing was heard for a while."""
        call.timer = None
        now = self._calendar.now
        if call.candidate is None:
            if now < call.deadline and call.participants:
                self._ask(call, attempt=1)
                self._arm(call, call.deadline)
            else:
                self._award(call)
        elif now < call.lease and call.tries < TRIES:
            self._accept(call, call.candidate)
        else:
            self._take_back(call, call.candidate.sender)
            if now < call.lease:
                self._award(call)
            else:
                self._settle(call, "failed")

    def _ask(self, call: _Open, attempt: int) -> None:
        for participant in call.participants:
            if participant in call.silent:
                call.messages += 1
                self._network.send(
                    CallForProposal(
                        sender=self.id,
                        receiver=participant,
                        conversation=call.conversation,
                        attempt=attempt,
                        about=call.about,
                        body=call.body,
                        deadline=call.deadline,
                        lease=call.lease,
                    )
                )

    def _award(self, call: _Open) -> None:
        """Accept the best proposal left, or settle the call without one."""
        best = self._owner.choose(tuple(call.proposals.values()))
        if best is None:
            self._settle(call, "failed" if call.accepted else "refused")
            return
        del call.proposals[best.sender]
        call.candidate, call.accepted, call.tries = best, True, 0
        self._accept(call, best)

    def _accept(self, call: _Open, best: Proposal) -> None:
        call.messages += 1
        self._network.send(
            Acceptance(
                sender=self.id,
                receiver=best.sender,
                conversation=call.conversation,
                attempt=call.tries,
            )
        )
        call.tries += 1
        self._arm(call, min(self._calendar.now + self._network.patience, call.lease))

    def _take_back(self, call: _Open, bidder: str) -> None:
        call.messages += 1
        self._doubts.say(self._rejection(call.conversation, bidder, awarded=True))

    def _rejection(
        self,
        conversation: str,
        bidder: str,
        *,
        attempt: int = 0,
        awarded: bool = False,
    ) -> Rejection:
        return Rejection(
            sender=self.id,
            receiver=bidder,
            conversation=conversation,
            attempt=attempt,
            awarded=awarded,
        )

    def _settle(self, call: _Open, outcome: Outcome) -> None:
        del self._calls[call.conversation]
        self._open.discard(call.about)
        self._disarm(call)
        for bidder in call.proposals:
            call.messages += 1
            self._network.send(self._rejection(call.conversation, bidder))
        best = call.candidate if outcome == "awarded" else None
        self._owner.settled(
            Call(
                conversation=call.conversation,
                about=call.about,
                outcome=outcome,
                winner=None if best is None else best.sender,
                price=None if best is None else best.price,
                promise=None if best is None else best.promise,
                bidders=len(call.participants),
                bids=tuple(call.bids),
                messages=call.messages,
            )
        )

    def _arm(self, call: _Open, time: int) -> None:
        self._disarm(call)
        call.timer = self._calendar.schedule(
            time, Priority.DECIDE, self.id, "timeout", ("call", call.conversation)
        )

    def _disarm(self, call: _Open) -> None:
        if call.timer is not None:
            self._calendar.cancel(call.timer)
            call.timer = None

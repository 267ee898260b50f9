"""The bidding side of a contract net."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum, auto

from agents.contract_net.call import Bid, Bidder
from agents.contract_net.insistence import Insistence
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
from kernel.calendar import Calendar
from kernel.errors import Impossible


class _State(Enum):
    OFFERED = auto()
    TAKEN = auto()
    OVER = auto()  # refused, rejected, given up or done


@dataclass(slots=True, kw_only=True)
class _Answered:
    """A call as its participant remembers it."""

    call: CallForProposal
    bid: Bid | None
    answer: Proposal | Refusal
    state: _State


class Participant:
    """Bids, takes awards, and gives them up.

    A call is remembered until its lease ends and the award, if any, is over: a
    message that comes twice gets the same answer twice.

    Parameters
    ----------
    id
        Of the owner, in the calendar and in messages.
    calendar, network
        Time, and the way to the others.
    owner
        Prices things and commits itself.
    """

    __slots__ = (
        "_answered",
        "_calendar",
        "_held",
        "_network",
        "_owner",
        "_releases",
        "_taken",
        "id",
    )

    def __init__(
        self, id: str, calendar: Calendar, network: Network, owner: Bidder
    ) -> None:
        self.id = id
        self._calendar, self._network, self._owner = calendar, network, owner
        self._answered: dict[str, _Answered] = {}  # by conversation, oldest first
        self._taken: dict[str, _Answered] = {}  # those of them it holds awards of
        self._held: dict[str, str] = {}  # thing -> its conversation
        self._releases = Insistence(id, calendar, network)

    def holds(self, about: str) -> str | None:
        """Return the token of the award of a thing: its conversation."""
        return self._held.get(about)

    @property
    def quiet(self) -> bool:
        """Whether nothing is held or still to be made known: the owner may leave."""
        return not self._held and not self._releases

    def release(self, about: str, reason: str) -> None:
        """Give an award up and tell the announcer until it knows."""
        call = self._end(about)
        self._releases.say(self._failure(call, reason))

    def finish(self, about: str) -> None:
        """Report that what was awarded has been done."""
        call = self._end(about)
        self._network.send(
            Done(sender=self.id, receiver=call.sender, conversation=call.conversation)
        )

    def receive(self, message: Message) -> bool:
        """Hear a message; False if it is none for the bidding side."""
        match message:
            case CallForProposal():
                self._hear_call(message)
            case Acceptance():
                self._hear_acceptance(message)
            case Rejection():
                self._hear_rejection(message)
            case _:
                return False
        return True

    def timeout(self, argument: object) -> bool:
        """Serve a timer; False if it is none of the bidding side."""
        if not isinstance(argument, Failure):
            return False
        self._releases.again(argument)
        return True

    def _hear_call(self, call: CallForProposal) -> None:
        self._forget()
        if call.deadline < self._calendar.now:
            return  # nobody listens any more
        known = self._answered.get(call.conversation)
        if known is None:
            known = self._answered[call.conversation] = self._answer(call)
            self._network.send(known.answer)
        else:
            self._network.send(replace(known.answer, attempt=call.attempt))

    def _answer(self, call: CallForProposal) -> _Answered:
        bid = self._owner.bid(call)
        if isinstance(bid, str):
            refusal = Refusal(
                sender=self.id,
                receiver=call.sender,
                conversation=call.conversation,
                attempt=call.attempt,
                reason=bid,
            )
            return _Answered(call=call, bid=None, answer=refusal, state=_State.OVER)
        proposal = Proposal(
            sender=self.id,
            receiver=call.sender,
            conversation=call.conversation,
            attempt=call.attempt,
            price=bid.price,
            promise=bid.promise,
            lease=call.lease,
        )
        return _Answered(call=call, bid=bid, answer=proposal, state=_State.OFFERED)

    def _hear_acceptance(self, acceptance: Acceptance) -> None:
        known = self._known(acceptance.conversation)
        if known is not None and known.state is _State.OFFERED:
            self._take(known)
        if known is None or known.state is not _State.TAKEN:
            self._network.send(self._failure(acceptance, "not available"))
            return
        self._network.send(
            Confirmation(
                sender=self.id,
                receiver=acceptance.sender,
                conversation=acceptance.conversation,
                attempt=acceptance.attempt,
            )
        )

    def _take(self, offer: _Answered) -> None:
        """Commit an award if that is still possible, in the place of an older one."""
        call, bid = offer.call, offer.bid
        offer.state = _State.OVER
        if bid is None or call.lease < self._calendar.now:
            return
        if call.about in self._held:
            older = self._end(call.about)
            self._owner.drop(call.about, older.conversation)
            self._releases.say(self._failure(older, "superseded"))
        if self._owner.take(call, bid):
            offer.state = _State.TAKEN
            self._taken[call.conversation] = offer
            self._held[call.about] = call.conversation

    def _hear_rejection(self, rejection: Rejection) -> None:
        conversation = rejection.conversation
        self._releases.heard(conversation, rejection.sender)
        known = self._known(conversation)
        if known is not None and known.state is _State.TAKEN:
            self._end(known.call.about)
            self._owner.drop(known.call.about, conversation)
        elif known is not None:
            known.state = _State.OVER
        if rejection.awarded:
            self._network.send(self._failure(rejection, "withdrawn"))

    def _known(self, conversation: str) -> _Answered | None:
        return self._answered.get(conversation) or self._taken.get(conversation)

    def _end(self, about: str) -> CallForProposal:
        """Hold a thing no longer; return the call it was awarded in."""
        conversation = self._held.pop(about, None)
        if conversation is None:
            raise Impossible(f"{self.id} gives up {about}, which it does not hold")
        award = self._taken.pop(conversation)
        award.state = _State.OVER
        return award.call

    def _failure(self, to: Message, reason: str) -> Failure:
        return Failure(
            sender=self.id,
            receiver=to.sender,
            conversation=to.conversation,
            attempt=to.attempt,
            reason=reason,
        )

    def _forget(self) -> None:
        """Drop calls whose lease has ended, as far as they are the oldest."""
        now = self._calendar.now
        while self._answered:
            conversation = next(iter(self._answered))
            if self._answered[conversation].call.lease >= now:
                return
            del self._answered[conversation]

"""Who holds what: one entry a thing, claimed once."""

from __future__ import annotations

from dataclasses import dataclass

from kernel.errors import Impossible


@dataclass(slots=True)
class _Award:
    winner: str
    conversation: str
    claimed: bool = False


class Ledger:
    """An owner's confirmed awards.

    The one place that decides who may start: an entry is written for a thing that
    has none, is claimed once, and leaves by :meth:`strike` only.
    """

    __slots__ = ("_awards", "_things")

    def __init__(self) -> None:
        self._awards: dict[str, _Award] = {}  # by thing
        self._things: dict[str, str] = {}  # by conversation

    def __contains__(self, about: str) -> bool:
        return about in self._awards

    def __bool__(self) -> bool:
        return bool(self._awards)

    def enter(self, about: str, winner: str, conversation: str) -> None:
        """Write down that ``winner`` has confirmed."""
        if about in self._awards:
            raise Impossible(f"{about} is awarded to {winner}, but not free")
        self._awards[about] = _Award(winner, conversation)
        self._things[conversation] = about

    def holder(self, about: str) -> tuple[str, str] | None:
        """Return (winner, conversation), None if nobody has confirmed."""
        award = self._awards.get(about)
        return None if award is None else (award.winner, award.conversation)

    def claim(self, about: str, bidder: str, conversation: str | None) -> bool:
        """Return True once, to the holder with the right token."""
        award = self._awards.get(about)
        if (
            award is None
            or award.claimed
            or (award.winner, award.conversation) != (bidder, conversation)
        ):
            return False
        award.claimed = True
        return True

    def claimed(self, about: str) -> bool:
        """Return whether the thing is in its holder's hands."""
        award = self._awards.get(about)
        return award is not None and award.claimed

    def about(self, conversation: str) -> str | None:
        """Return the thing that is held by the award of a conversation."""
        return self._things.get(conversation)

    def strike(self, about: str) -> None:
        """Remove the entry of a thing, if there is one."""
        award = self._awards.pop(about, None)
        if award is not None:
            del self._things[award.conversation]

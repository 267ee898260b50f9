"""Saying a thing until it is known to have been heard."""

from __future__ import annotations

from dataclasses import replace

from agents.messages import Failure, Rejection
from agents.network import Network
from kernel.calendar import Calendar, Priority

#: The wait doubles from the network's patience up to this power of two of it: an
#: outage costs few messages, and its end is noticed soon.
_LONGEST = 10
#: Then there is nobody: the other side has left. Even if most messages are lost
#: (60 %, so that one exchange in six succeeds) one in a thousand gets here.
_ATTEMPTS = 40


class Insistence:
    """Sends messages again, ever less often, until they are answered.

    False if nothing is waiting for an answer.

    Parameters
    ----------
    id
        Whose ``timeout(message)`` is called when it is time to say it again.
    calendar, network
        Time, and the way to the others.
    """

    __slots__ = ("_calendar", "_id", "_network", "_waiting")

    def __init__(self, id: str, calendar: Calendar, network: Network) -> None:
        self._id, self._calendar, self._network = id, calendar, network
        # (conversation, receiver) -> ticket of the timer
        self._waiting: dict[tuple[str, str], int] = {}

    def __bool__(self) -> bool:
        return bool(self._waiting)

    def say(self, message: Rejection | Failure) -> None:
        """Send the message now, and again until :meth:`heard`."""
        wait = self._network.patience << min(message.attempt, _LONGEST)
        self._waiting[message.conversation, message.receiver] = self._calendar.schedule(
            self._calendar.now + wait, Priority.DECIDE, self._id, "timeout", message
        )
        self._network.send(message)

    def again(self, message: Rejection | Failure) -> None:
        """Say it once more, if it is worth it: the timer has run out."""
        del self._waiting[message.conversation, message.receiver]
        if message.attempt < _ATTEMPTS:
            self.say(replace(message, attempt=message.attempt + 1))

    def heard(self, conversation: str, receiver: str) -> bool:
        """Stop; return whether there was anything to be heard."""
        ticket = self._waiting.pop((conversation, receiver), None)
        if ticket is None:
            return False
        self._calendar.cancel(ticket)
        return True

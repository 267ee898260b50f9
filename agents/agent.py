"""What every agent of the factory is: a Mesa agent with an id and a place in time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import mesa

from kernel.calendar import Priority

if TYPE_CHECKING:
    from agents.factory import Factory


class Holon(mesa.Agent):
    """A holon of the factory (PROSA): autonomous, and part of the whole.

    It hears facts (``on_KIND(event)``), receives messages and decides, at most once an
    instant, when the facts of that instant are known.

    Parameters
    ----------
    factory
        The model it lives in.
    id
        The id of the thing it answers for; messages reach it under ``@ID``.
    """

    def __init__(self, factory: Factory, id: str) -> None:
        super().__init__(factory)
        self.factory = factory
        self.id = id
        self.address = f"@{id}"
        self._deciding = -1
        factory.calendar.register(self.address, self)

    @property
    def now(self) -> int:
        """The present instant, ms."""
        return self.factory.calendar.now

    def decide_soon(self) -> None:
        """Decide once all facts of this instant are known."""
        now = self.factory.calendar.now
        if self._deciding != now:
            self._deciding = now
            self.at(now, "make_up_its_mind")

    def at(
        self,
        time: int,
        method: str,
        argument: Any = None,
        priority: int = Priority.DECIDE,
    ) -> int:
        """Have one of its methods called at a time; return the ticket."""
        return self.factory.calendar.schedule(
            time, priority, self.address, method, argument
        )

    def make_up_its_mind(self, _: object) -> None:
        """Decide, and be ready to decide again if something happens meanwhile."""
        self._deciding = -1
        self.decide()

    def decide(self) -> None:
        """Act on what is known."""

    def receive(self, message: Any) -> None:
        """Take a message."""

    def leave(self) -> None:
        """Be done, and leave the factory."""
        self.factory.calendar.forget(self.address)
        self.remove()

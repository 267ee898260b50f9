"""What can go wrong.

::

    HolofabError
    ├── BadInput     what a user gave cannot be used: exit code 2, one sentence
    └── Impossible   the program contradicts itself: a defect of ours
"""

from __future__ import annotations


class HolofabError(Exception):
    """Root of everything Holofab raises on purpose."""


class BadInput(HolofabError):
    """Something a user gave cannot be used.

    Parameters
    ----------
    where
        File, flag or other source.
    place
        Dotted key or line within it; "" for the whole.
    problem
        The value and what was expected instead, as the rest of a sentence.
    """

    def __init__(self, where: str, place: str, problem: str) -> None:
        self.where, self.place, self.problem = where, place, problem
        super().__init__(where, place, problem)  # as given: it may cross processes

    def __str__(self) -> str:
        return ": ".join(filter(None, (self.where, self.place, self.problem)))


class Impossible(HolofabError):
    """A state transition that cannot happen: a defect in Holofab itself."""

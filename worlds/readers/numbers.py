"""Whole numbers of a text file, taken one by one; each error names its line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from kernel.errors import BadInput
from worlds.files import shown

MOST_JOBS = 10_000
MOST_MACHINES = 10_000
MOST_OPERATIONS = 1_000  # of a job
LONGEST = 100_000_000  # units of time

Row = tuple[int, list[str]]  # line from 1, words


def _is_number(word: str) -> bool:
    try:
        float(word)
    except ValueError:
        return False
    return True


def rows_of(text: str) -> Iterator[Row]:
    """Yield the lines that hold data.

    Left out are empty lines, comments (``#``), rulers (``+++``, ``---``) and whatever
    is said before the first line that begins with a number.
    """
    begun = False
    for line, content in enumerate(text.splitlines(), 1):
        words = content.split()
        if not words or words[0].startswith("#") or set(words[0]) <= set("+-=*"):
            continue
        begun = begun or _is_number(words[0])
        if begun:
            yield line, words


class Numbers:
    """A cursor over the words of some rows.

    Attributes
    ----------
    about
        What is being read, as the end of a sentence: " of job 3, operation 1".
    """

    __slots__ = ("_at", "_last", "_where", "_words", "about")

    def __init__(self, rows: Iterable[Row], where: str) -> None:
        self._words = [(word, line) for line, words in rows for word in words]
        self._where, self._at, self.about = where, 0, ""
        self._last = self._words[-1][1] if self._words else 1

    @property
    def line(self) -> int:
        """The line of the word taken last."""
        return self._words[max(0, self._at - 1)][1] if self._words else 1

    @property
    def at_line_end(self) -> bool:
        """Whether the word taken last is the last of its line."""
        return self._at == len(self._words) or self._words[self._at][1] > self.line

    def refuse(self, problem: str) -> BadInput:
        """Return an error about the word taken last."""
        return BadInput(self._where, f"line {self.line}", problem)

    def take(self, what: str, least: int, most: int) -> int:
        """Return the next number.

        Raises
        ------
        BadInput
            If the file ends, or this is no whole number from ``least`` to ``most``.
        """
        if self._at >= len(self._words):
            problem = f"the file ends before the {what}{self.about}"
            raise BadInput(self._where, f"line {self._last}", problem)
        word = self._words[self._at][0]
        self._at += 1
        if word.isascii() and word.isdigit() and len(word) < 19:
            value = int(word)
            if least <= value <= most:
                return value
        limits = f"expected a whole number from {least} to {most}"
        raise self.refuse(f"the {what}{self.about} is {shown(word)}, {limits}")

    def take_thousandths(self, what: str, most: int) -> int:
        """Return a thousand times the next number, which may have three decimals.

        Raises
        ------
        BadInput
            If the file ends, or this is no such number from 0 to ``most``.
        """
        if self._at < len(self._words):
            whole, point, part = self._words[self._at][0].partition(".")
            if point and 0 < len(part) <= 3 and (whole + part).isascii():
                self._at += 1
                if whole.isdigit() and part.isdigit() and len(whole) < 19:
                    value = int(whole + part.ljust(3, "0"))
                    if value <= 1000 * most:
                        return value
                self._at -= 1
        return 1000 * self.take(what, 0, most)

    def end(self, after: str) -> None:
        """Refuse anything more."""
        if self._at < len(self._words):
            word, line = self._words[self._at]
            problem = f"{shown(word)} follows {after}, expected the end of the file"
            raise BadInput(self._where, f"line {line}", problem)

"""A page of sections, each of words, tables and charts, in one file without a network.

Everything a page shows is in it: styles, a script of a few lines that shows a chart's
tooltips where there is no mouse, charts as SVG. It can be read without the script, its
policy forbids it to load anything, and text is escaped wherever it comes from.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from html import escape
from pathlib import Path
from shlex import join

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from matplotlib.figure import Figure

from studies.report.svg import inline
from studies.tables import Table

_JOINT = re.compile(r"(?<=[=:/])(?=[^\s=:/])|(?<=[.,])(?=[^\W\d])")
_OPTION = re.compile(r"(?<!\S)--[\w-]+")
_LONG = re.compile(r"\S{25,}")
_ANYWHERE = r'<span class="long">\g<0></span>'


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """A figure with what it shows in words; a ``wide`` one scrolls on a phone."""

    figure: Figure
    caption: str
    wide: bool = False

    @property
    def svg(self) -> str:
        """The figure as an element of the page."""
        return inline(self.figure, self.caption)


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A heading, paragraphs, then tables and charts, and how to read them.

    ``again`` is a command that makes the same once more, with words on it. ``folded``
    parts are shown when asked for; ``fold`` is what they are called, if not by the
    title of the first.
    """

    title: str
    again: Sequence[str] = ()
    text: Sequence[str] = ()
    parts: Sequence[Table | Chart] = ()
    below: Sequence[str] = ()
    folded: Sequence[Table | Chart] = ()
    fold: str = ""


def page(title: str, sections: Sequence[Section], lead: str = "") -> str:
    """Return a self-contained HTML page.

    Parameters
    ----------
    lead
        What came out, in a sentence or two below the title.

    Examples
    --------
    >>> table = Table("", ("vehicles", "on time"), [("2", "91.0 %")], ("on time",))
    >>> text = page("A sweep", [Section(title="Results", parts=[table])])
    >>> '<td class="right">91.0 %</td>' in text
    True
    """
    template, style, script = _template()
    return template.render(
        title=title,
        lead=lead,
        sections=sections,
        style=style,
        script=script,
        script_hash=b64encode(sha256(script.encode()).digest()).decode(),
    )


def breakable(text: str) -> str:
    """Return a cell's text as HTML that may go on in the next line after ``=``, ``.``.

    And after other joints of keys, values and paths, but not inside a word or a number,
    unless it is longer than any word.
    """
    parts = (escape(part) for part in _JOINT.split(text))
    return "<wbr>".join(_LONG.sub(_ANYWHERE, part) for part in parts)


def prose(text: str) -> str:
    """Return a sentence as HTML whose options (``--set``) stay in one line."""
    return _OPTION.sub(r'<span class="option">\g<0></span>', escape(text))


@cache
def _template() -> tuple[Template, str, str]:
    """Return the template, the style sheet and the script, as the files hold them."""
    here = Path(__file__).parent
    environment = Environment(
        loader=FileSystemLoader(here),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    style, script = (
        (here / name).read_text(encoding="utf-8") for name in ("style.css", "tips.js")
    )
    environment.filters |= {"breakable": breakable, "prose": prose, "command": join}
    return environment.get_template("page.html"), style, script

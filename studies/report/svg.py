"""A figure as SVG inside a page: small, repeatable, in the page's own colours.

What a page needs and Matplotlib does not write: no names but those referred to, no
more digits than can be seen, text in the page's font, black and white and the greys as
variables (so that a dark page has a light grid), and tooltips. A shape's URL
(``set_url``, ``set_urls``) becomes its ``<title>``: browsers show it on hover.
"""

from __future__ import annotations

import re
from html import escape
from io import StringIO
from typing import Any

from matplotlib import rc_context
from matplotlib.figure import Figure

from studies.glyphs import any_script

#: Colour in a figure -> variable of ``style.css`` that replaces it.
THEME = {
    "#000000": "--ink",
    "#37474f": "--ink",
    "#ffffff": "--paper",
    "#cfd8dc": "--grid",
    "#d9d9d9": "--soft",
    "#eceff1": "--faint",
}
#: For figures made to be read on a phone and on a desk: small, of ``WIDTH`` inches.
SMALL: dict[Any, Any] = {"font.size": 8.0, "axes.linewidth": 0.6, "legend.fontsize": 8}
WIDTH = 5.2

_METADATA = {"Date": None, "Creator": None, "Format": None, "Type": None}

_FRAME = re.compile(
    r"^.*?(?=<svg )|<metadata>.*?</metadata>|<defs>\s*<style.*?</defs>", re.S
)
_SIZE = re.compile(r'(<svg [^>]*?) width="[^"]*" height="[^"]*"')
_TIP = re.compile(r'<a xlink:href="([^"]*)"[^>]*>\s*<(path|use)([^>]*)/>\s*</a>', re.S)
_NUMBERS = re.compile(r'\b(d|x|y|width|height|transform)="([^"]*)"')
_DIGITS = re.compile(r"(\d+\.\d)\d+")
_FONT = re.compile(r"font-family: [^;\"]*(; )?")
_OLD_FONT = re.compile(r"font: ([\d.]+px) [^;\"]*")
_ID = re.compile(r' id="([^"]*)"')
_REFERRED = re.compile(r'(?:url\(|href=")#([^")]*)')
_COLOUR = re.compile("|".join(THEME))


def inline(figure: Figure, caption: str) -> str:
    """Return a figure as an ``<svg>`` element whose accessible name is the caption."""
    figure.patch.set_alpha(0.0)
    for axes in figure.axes:
        axes.patch.set_alpha(0.0)
    written = StringIO()
    # The caption as salt: names differ between the charts of a page.
    own: dict[Any, Any] = {"svg.fonttype": "none", "svg.hashsalt": caption}
    with rc_context(own), any_script():
        figure.savefig(written, format="svg", metadata=_METADATA)
    text = _FRAME.sub("", written.getvalue())
    text = _SIZE.sub(r"\1", text, count=1)
    text = _NUMBERS.sub(_rounded, text)
    text = _TIP.sub(r"<\2\3><title>\1</title></\2>", text)
    text = _OLD_FONT.sub(r"font-size: \1", _FONT.sub("", text))
    referred = set(_REFERRED.findall(text))
    text = _ID.sub(lambda m: m.group(0) if m.group(1) in referred else "", text)
    text = _COLOUR.sub(lambda m: f"var({THEME[m.group(0)]})", text)
    text = re.sub(r">\s+<", "><", text)
    name = f'<svg role="img" aria-label="{escape(caption)}" '
    return text.replace("<svg ", name, 1).strip()


def _rounded(attribute: re.Match[str]) -> str:
    """Return an attribute with no more than a tenth of a point, on one line."""
    name, value = attribute.groups()
    short = _DIGITS.sub(r"\1", " ".join(value.split()))
    return f'{name}="{short}"'

"""A report in a real browser, on a desk and on a phone."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from agents.scenario import scenario_of
from studies.folder import about
from studies.report import run_report
from studies.report.page import Section, page
from studies.run import run
from studies.tables import Table
from worlds.read import read_world

pytestmark = pytest.mark.external
#: A browser that asks nobody anything of its own accord.
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Chromium: the system's, or the one that Playwright has installed."""
    api = pytest.importorskip("playwright.sync_api")
    with api.sync_playwright() as playwright:
        own = shutil.which("chromium")
        if own is None and not Path(playwright.chromium.executable_path).exists():
            pytest.skip("there is no Chromium")
        found = playwright.chromium.launch(executable_path=own, args=QUIET)
        yield found
        found.close()


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report of a run."""
    done = run(scenario_of(read_world("cell"), policy="hybrid", days=0.6))
    text = run_report(
        done.scenario.world, done.trace.events, about(done, ["run.py"]), done.kpis
    )
    path = tmp_path_factory.mktemp("report") / "report.html"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_report_opens_without_errors_requests_or_overflow(
    browser: Any, file: Path, width: int, scheme: str
) -> None:
    """Nothing is complained of, nothing is loaded, nothing is wider than the page."""
    context = browser.new_context(
        viewport={"width": width, "height": 844}, color_scheme=scheme
    )
    view = context.new_page()
    said: list[str] = []
    asked: list[str] = []
    view.on("console", lambda message: said.append(message.text))
    view.on("pageerror", lambda error: said.append(str(error)))
    view.on("request", lambda request: asked.append(request.url))
    view.goto(file.as_uri())
    for summary in view.query_selector_all("summary"):
        summary.click()
    assert said == []
    assert [a for a in asked if not a.startswith("data:")] == [file.as_uri()]
    assert view.evaluate("document.documentElement.scrollWidth") == width
    ink, paper = view.evaluate(
        "[getComputedStyle(document.querySelector('svg text')).fill,"
        " getComputedStyle(document.body).backgroundColor]"
    )
    assert (sum(map(int, ink[4:-1].split(","))) > 384) == (scheme == "dark")
    assert (sum(map(int, paper[4:-1].split(","))) < 384) == (scheme == "dark")
    context.close()


def test_a_tap_on_a_bar_says_what_it_is(browser: Any, file: Path) -> None:
    """Where there is no mouse, the tooltip is written below the chart."""
    context = browser.new_context(
        viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True
    )
    view = context.new_page()
    view.goto(file.as_uri())
    bar = view.locator("figure.wide svg path:has(title)").first
    words = bar.locator("title").text_content()
    bar.dispatch_event("click")
    assert view.locator("figure.wide output").text_content() == words
    context.close()


#: The words of a page's cells that begin on one line and end on another.
BROKEN = """() => {
  const found = [];
  for (const cell of document.querySelectorAll('td, th')) {
    const walk = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT);
    for (let node; (node = walk.nextNode()); )
      for (const word of node.data.matchAll(/\\w+/g)) {
        const range = document.createRange();
        range.setStart(node, word.index);
        range.setEnd(node, word.index + word[0].length);
        const lines = [...range.getClientRects()].map((r) => Math.round(r.top));
        if (new Set(lines).size > 1) found.push(word[0]);
      }
  }
  return found;
}"""


def test_words_are_whole_on_a_phone(browser: Any, tmp_path: Path) -> None:
    """Cells go on in the next line at joints; what is still too wide scrolls."""
    columns = ("configuration", "KPI", "present", "tuned", "difference", "p Holm")
    figures = ("2,680 ± 254", "2,677 ± 256", "-3.0 ± 5.3", ".233")
    row = ("vehicles=6 policy.rule=reference", "total_cost, currency", *figures)
    section = Section(title="Best", parts=[Table("", columns, [row], columns[2:])])
    path = tmp_path / "page.html"
    path.write_text(page("Tuned", [section]), encoding="utf-8")
    context = browser.new_context(viewport={"width": 390, "height": 844})
    view = context.new_page()
    view.goto(path.as_uri())
    assert view.evaluate(BROKEN) == []
    assert view.evaluate("document.documentElement.scrollWidth") == 390
    context.close()


def test_a_report_prints(browser: Any, file: Path) -> None:
    """On paper no chart is wider than the sheet."""
    view = browser.new_page(viewport={"width": 690, "height": 1000})
    view.goto(file.as_uri())
    view.emulate_media(media="print")
    widths = view.evaluate(
        "[...document.querySelectorAll('svg')]"
        ".map(one => one.getBoundingClientRect().right)"
    )
    assert max(widths) <= 690
    assert view.pdf(format="A4").startswith(b"%PDF")
    view.close()

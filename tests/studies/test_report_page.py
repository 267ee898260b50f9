"""A report's page: where a line may break, and text in any script."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from warnings import catch_warnings, simplefilter

import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text

from studies.report.comparison import results
from studies.report.page import Chart, Section, breakable, page
from studies.report.sweep import sweep_report
from studies.sweep import execute
from studies.sweep.draw import draw
from studies.tables import Table, literal


@pytest.mark.parametrize(
    ("text", "broken"),
    [
        ("vehicles=6 policy.rule=reference", "vehicles=|6 policy.|rule=|reference"),
        ("total_cost, currency", "total_cost, currency"),
        ("0.85, 1,500", "0.85, 1,500"),
        ("runs/a/report.html", "runs/|a/|report.|html"),
        ("a<b> & 'c'", "a&lt;b&gt; &amp; &#x27;c&#x27;"),
        ("  below", "  below"),
        ("", ""),
        (f"x={'f' * 64}", f'x=|<span class="long">{"f" * 64}</span>'),
    ],
)
def test_lines_break_at_joints(text: str, broken: str) -> None:
    """Not inside words and numbers; markup stays text."""
    assert breakable(text) == broken.replace("|", "<wbr>")


def test_cells_are_breakable_and_figures_are_not() -> None:
    """On a phone a key goes on in the next line, and a number stays whole."""
    table = Table("", ("key", "share"), [("policy.rule=ATC", "1.5.a")], ("share",))
    text = page("A page", [Section(title="Results", parts=[table])])
    assert "<td>policy.<wbr>rule=<wbr>ATC</td>" in text
    assert '<td class="right">1.5.a</td>' in text


def test_a_command_is_one_line_to_copy() -> None:
    """Quoted for a shell; and in sentences an option is not broken in two."""
    again = ("python", "run.py", "compare", "my <cell>", "--days", "2")
    said = ["think of --set warm_up & on"]
    text = page("A page", [Section(title="What", again=again, below=said)])
    assert "python run.py compare &#39;my &lt;cell&gt;&#39; --days 2</code>" in text
    assert '<p>think of <span class="option">--set</span> warm_up &amp; on</p>' in text


def test_a_chart_may_have_any_script() -> None:
    """No font of this machine need have it: the reader's browser may."""
    figure = Figure()
    figure.add_subplot().set_title("规则 العربية")
    section = Section(title="Chart", parts=[Chart(figure=figure, caption="规则")])
    assert "规则 العربية" in page("Chart", [section])


def test_variants_may_have_any_name(tmp_path: Path) -> None:
    """Of any script, and with an underscore ahead: the legends have them all."""
    file = tmp_path / "names.toml"
    file.write_text(
        """
        world = "cell"
        policy = "rule"
        days = 0.5
        replications = 2
        kpis = ["flow_time"]
        compare = "variant"
        [factors]
        vehicles = [1, 2]
        [variants]
        plain = {}
        "规则" = { policy.rule = "FIFO" }
        "_hidden" = { policy.rule = "ATC" }
        """,
        encoding="utf-8",
    )
    design, folder = execute.begun(file, tmp_path / "out")
    done = execute.carry_out(design, folder)
    draw(design, done.outcomes, folder)
    (section,) = [s for s in results(done.experiment) if s.title == "Differences"]
    texts = section.parts[0].figure.findobj(Text)
    assert any(text.get_text().endswith("_hidden") for text in texts)
    assert "规则" in sweep_report(done)


def test_a_legend_names_what_begins_with_an_underscore() -> None:
    """Matplotlib would leave it out; figures and dollars stay as they are."""
    figure = Figure()
    axes = figure.add_subplot()
    for name in ("_one", "two", "a_b"):
        axes.plot([0, 1], [0, 1], label=literal(name))
    axes.legend()
    told = [text.get_text() for text in axes.get_legend().get_texts()]
    assert [name.removeprefix("\u200b") for name in told] == ["_one", "two", "a_b"]
    with catch_warnings():
        simplefilter("error")
        figure.savefig(BytesIO(), format="png")

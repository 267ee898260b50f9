"""Reports: whole, harmless, the same for the same run, and of any run there is."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from matplotlib.figure import Figure
from small_worlds import machine, order, product, small_world, step

import run as command_line
from agents.scenario import Scenario, scenario_of
from kernel.errors import BadInput
from kernel.events import Event
from measures.runfolder import DATA
from studies.compare import Comparison, Experiment, Outcome
from studies.compare.stopping import Stopping
from studies.folder import about, write_run
from studies.report import Chart, Section, comparison_report, page, run_report
from studies.report.comparison import results
from studies.report.svg import inline
from studies.run import Run, run
from studies.tables import Table
from worlds.read import read_world

SECTIONS = [
    "What was run",
    "Results",
    "Plan and execution",
    "Over time",
    "Where the time of late orders went",
    "Bottlenecks",
    "Re-planning",
    "Floor",
]


class Reader(HTMLParser):
    """Reads a page: its headings, whether its elements close, what it refers to."""

    VOID = ("meta", "link", "br", "input", "hr", "wbr")

    def __init__(self, text: str) -> None:
        super().__init__()
        self.headings: list[str] = []
        self.addresses: list[str] = []
        self.tags: list[str] = []
        self.open: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element, and the addresses in it."""
        self.tags.append(tag)
        if tag not in self.VOID:
            self.open.append(tag)
        for name, value in attrs:
            if name in ("src", "href", "xlink:href", "action") or name == "style":
                self.addresses += re.findall(r"[^\s(\"']*:[/\w][^\s)\"']*", value or "")
            assert not name.startswith("on"), f"{tag} has {name}"

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element that is closed at once."""
        self.handle_starttag(tag, attrs)
        if tag not in self.VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        """Match an end with the last start."""
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        """Note headings."""
        if self.open and self.open[-1] == "h2":
            self.headings.append(data)


def read(text: str) -> Reader:
    """Return a page as read, which is whole and refers to nothing outside."""
    reader = Reader(text)
    assert reader.open == []
    outside = [a for a in reader.addresses if re.match(r"(https?|file|ftp)?:?//", a)]
    assert outside == []
    return reader


def report_of(done: Run, command: Sequence[str] = ("run.py", "run")) -> str:
    """Return the report of a run."""
    told = about(done, command)
    return run_report(done.scenario.world, done.trace.events, told, done.kpis)


def scenario(policy: str = "hybrid") -> Scenario:
    """Return some hours of the cell."""
    return scenario_of(read_world("cell"), policy=policy, seed=3, days=0.6)


@pytest.fixture(scope="module")
def done() -> Run:
    """A finished run that planned."""
    return run(scenario())


def test_a_report_has_all_its_sections_and_refers_to_nothing_else(done: Run) -> None:
    """What was run, results, Gantt, course, delays, bottlenecks, floor; no network."""
    text = report_of(done, ["run.py", "run", "cell", "--set", "vehicles=2 or so"])
    reader = read(text)
    assert reader.headings == SECTIONS
    assert "Who made it better" in text
    assert reader.tags.count("svg") == 5
    assert reader.tags.count("script") == 1
    assert done.digest in text
    assert "python run.py run cell --set &#39;vehicles=2 or so&#39;" in text
    for kpi in ("weighted_tardiness", "flow_time", "on_time"):
        assert f"<td>{kpi}</td>" in text
    assert "as first planned" in text
    assert "were in a plan before" in text
    assert len(text) < 1_000_000


def test_every_bar_of_the_gantt_says_what_it_is(done: Run) -> None:
    """Each operation in the chart can be read on hover, with its plan."""
    text = report_of(done)
    begun = [e for e in done.trace.events if e.kind == "operation_started"]
    event = begun[len(begun) // 2]
    said = re.findall(r"<title>([^<]*)</title>", text)
    operation = event.facts["operation"]
    [words] = [w for w in said if w.startswith(f"{event.subject}: work {operation},")]
    assert "first planned" in words
    assert any(w.startswith(f"{event.subject}: as first planned") for w in said)


def test_the_same_run_gives_the_same_report(done: Run) -> None:
    """Run again, and on a slower machine: the page is equal, letter by letter."""
    again = replace(run(scenario()), wall_seconds=1234.567)
    text = report_of(done)
    assert report_of(again) == text
    assert "1234.567" not in report_of(again)
    assert "wall_seconds" not in text


def test_names_are_text_whatever_is_in_them(done: Run) -> None:
    """A world, an order or a command that is HTML does no harm."""
    evil = "</title><script>alert(1)</script><img src=x onerror=alert(2)>"
    world = replace(done.scenario.world, name=evil, title=evil)

    def renamed(event: Event) -> Event:
        facts = dict(event.facts)
        if facts.get("order") == "O2":
            facts["order"] = evil
        subject = evil if event.subject == "O2" else event.subject
        return event._replace(subject=subject, facts=facts)

    events = [renamed(event) for event in done.trace.events]
    told = about(done, ["run.py", evil])
    reader = read(run_report(world, events, told, done.kpis))
    assert reader.tags.count("script") == 1
    assert "img" not in reader.tags


def test_a_table_and_a_title_of_ones_own_are_text_too() -> None:
    """``page`` escapes titles, paragraphs, columns, cells, captions, tooltips."""
    evil = "<script>1</script>\"'&"
    figure = Figure(figsize=(2, 1))
    (bar,) = figure.add_subplot().barh([0], [1], label=evil)
    bar.set_url(evil)
    figure.axes[0].set_title(evil.replace("$", ""))
    table = Table(evil, (evil, "b"), [(evil, evil)], ("b",))
    section = Section(
        title=evil,
        text=[evil],
        parts=[table, Chart(figure=figure, caption=evil)],
        folded=[table],
    )
    text = page(evil, [section], lead=evil)
    assert read(text).tags.count("script") == 1
    assert "<title>&lt;script&gt;1" in text


def test_a_page_of_tables_and_charts() -> None:
    """One call makes a page of what any study has found."""
    figure = Figure(figsize=(3, 2))
    figure.add_subplot().plot([1, 2], [3, 4])
    rows = [("2", "91.0 %"), ("3", "97.5 %")]
    text = page(
        "How many vehicles",
        [
            Section(
                title="Results",
                text=("Three are enough.",),
                parts=[
                    Table("On time", ("vehicles", "on time"), rows, ("on time",)),
                    Chart(figure=figure, caption="On time by vehicles"),
                ],
            ),
            Section(title="Nothing more"),
        ],
        lead="97.5 % with three.",
    )
    reader = read(text)
    assert reader.headings == ["Results", "Nothing more"]
    assert '<td class="right">97.5 %</td>' in text
    assert 'aria-label="On time by vehicles"' in text
    assert "<summary>" not in text


def test_a_figure_takes_the_colours_of_the_page() -> None:
    """Black and white become ink and paper; the shapes' colours stay; no stray ids."""
    figure = Figure(figsize=(3, 2))
    axes = figure.add_subplot()
    axes.barh([0], [1], color="#3f7fbf", edgecolor="white")
    axes.set_xlabel("0.123456 is a name, not a place")
    text = inline(figure, "A chart")
    assert "#3f7fbf" in text
    assert "var(--ink)" in text
    assert "var(--paper)" in text
    assert "#000000" not in text
    assert "0.123456 is a name" in text
    assert set(re.findall(r' id="([^"]*)"', text)) <= set(re.findall(r"#(\w+)", text))
    assert "<style" not in text
    assert "metadata" not in text
    assert inline(figure, "A chart") == text


def test_a_run_without_late_orders() -> None:
    """There is a report; it says so."""
    shop = small_world([machine("m")], [product(step("a", "m"))], [order("O1")])
    done = run(scenario_of(shop, policy="rule"))
    text = report_of(done)
    assert "No order was late." in text
    assert "made no plans" in text
    assert read(text).headings == [
        title for title in SECTIONS if title != "Re-planning"
    ]


def test_an_order_that_never_ships_is_shown() -> None:
    """Late and not shipped: its time goes to what it waits for."""
    shop = small_world(
        [machine("m")],
        [product(step("a", "m"), materials=[{"material": "tin", "step": "a"}])],
        [order("O1", due="1 h"), order("O2", due="1 h", quantity=2)],
        materials=[{"id": "tin", "stock": 1}],
    )
    done = run(scenario_of(shop, policy="rule"))
    assert done.kpis["unfinished"] == 1
    text = report_of(done)
    assert "O2, not shipped" in text
    assert "<td>waiting for material</td>" in text
    read(text)


def test_of_many_machines_the_busiest_are_shown() -> None:
    """A page stays small enough to send; it says how many are left out."""
    shop = small_world(
        [machine(f"m{k}", "m") for k in range(70)],
        [product(step("a", "m"))],
        [order(f"O{k}") for k in range(70)],
    )
    text = report_of(run(scenario_of(shop, policy="rule")))
    assert "Of 70 machines and vehicles the 60 that did the most" in text


@pytest.mark.parametrize("name", ["ft06", "EX11"])
def test_an_instance_is_reported_in_its_unit(name: str) -> None:
    """With and without vehicles: makespan, no dues, no lateness."""
    done = run(scenario_of(read_world(name), policy="planned"))
    text = report_of(done)
    assert f"makespan {done.kpis['makespan']:g} units" in text
    assert "Where the time of jobs went" in read(text).headings
    assert "overdue" not in text
    assert ("Where vehicles drive" in text) == (name == "EX11")


@pytest.mark.parametrize("facts", [0, 1])
def test_a_run_in_which_nothing_happened(done: Run, facts: int) -> None:
    """An empty record, or only its beginning, makes a report too."""
    world = done.scenario.world
    events = done.trace.events[:facts]
    assert read(run_report(world, events, about(done, ["run.py"]))).headings


def test_a_folder_has_its_report_and_can_make_it_anew(
    done: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """``report`` writes the same page again, or to another file."""
    folder = tmp_path / "r"
    write_run(done, folder, ["run.py", "run", "cell"])
    written = (folder / "report.html").read_text()
    assert read(written).headings == SECTIONS
    (folder / "report.html").unlink()
    assert command_line.main(["report", str(folder)]) == 0
    assert (folder / "report.html").read_text() == written
    out = tmp_path / "other.html"
    assert command_line.main(["report", str(folder), "--out", str(out)]) == 0
    assert out.read_text() == written
    assert capsys.readouterr().out.splitlines()[-1] == f"Written: {out}."


def refused(capsys: pytest.CaptureFixture[str], *argv: str) -> str:
    """Return the one sentence with which ``report`` is refused."""
    assert command_line.main(["report", *argv]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.count("\n") == 1
    return printed.err


def test_a_bad_folder_is_refused_in_one_sentence(
    done: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """No folder, no run, a wrong run.json, a file that cannot be written."""
    assert "is no folder" in refused(capsys, str(tmp_path / "none"))
    assert "run.json" in refused(capsys, str(tmp_path))
    folder = tmp_path / "r"
    write_run(done, folder, ["run.py"])
    before = (folder / "report.html").read_bytes()
    nowhere = str(tmp_path / "no" / "x.html")
    assert "cannot be written" in refused(capsys, str(folder), "--out", nowhere)
    told = json.loads((folder / "run.json").read_text())
    for key, value in (
        ("command", "run.py"),
        ("versions", []),
        ("window", "all"),
        ("reproducible", None),
    ):
        (folder / "run.json").write_text(json.dumps(told | {key: value}))
        assert key in refused(capsys, str(folder))
    assert (folder / "report.html").read_bytes() == before


@pytest.mark.parametrize("name", DATA)
def test_a_report_never_takes_the_place_of_the_data(
    done: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    """The record cannot be had again."""
    write_run(done, tmp_path / "r", ["run.py"])
    file = tmp_path / "r" / name
    before = file.read_bytes()
    assert "is read here" in refused(capsys, str(tmp_path / "r"), "--out", str(file))
    assert file.read_bytes() == before


@pytest.mark.parametrize("kind", ["lot_released", "order_received"])
def test_a_record_that_cannot_be_true_is_refused(
    done: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str], kind: str
) -> None:
    """A fact is missing: the first thing that does not follow is named."""
    events = done.trace.events
    k = next(i for i, event in enumerate(events) if event.kind == kind)
    trace = type(done.trace)(done.trace.header, [*events[:k], *events[k + 1 :]])
    write_folder = tmp_path / "r"
    write_run(done, write_folder, ["run.py"])
    (write_folder / "trace.jsonl").write_text("\n".join(trace.lines()) + "\n")
    told = json.loads((write_folder / "run.json").read_text())
    told["digest"] = trace.digest
    (write_folder / "run.json").write_text(json.dumps(told))
    assert "cannot be true" in refused(capsys, str(write_folder))


def test_a_scenario_must_be_in_the_record(done: Run, tmp_path: Path) -> None:
    """A record whose header lacks the scenario is refused, not half reported."""
    from studies.report import folder_report

    header = {k: v for k, v in done.trace.header.items() if k != "scenario"}
    trace = type(done.trace)(header, done.trace.events)
    write_run(done, tmp_path / "r", ["run.py"])
    (tmp_path / "r/trace.jsonl").write_text("\n".join(trace.lines()) + "\n")
    told = json.loads((tmp_path / "r/run.json").read_text())
    (tmp_path / "r/run.json").write_text(json.dumps(told | {"digest": trace.digest}))
    with pytest.raises(BadInput, match="scenario"):
        folder_report(tmp_path / "r")


def compared(replications: int, *cells: str) -> Experiment:
    """Return a comparison of made-up numbers, in one cell or for several loads."""
    values = {"weighted_tardiness": (4.0, 6.0, 5.0), "on_time": (0.8, 0.7, 0.9)}
    better = {"weighted_tardiness": (3.0, 4.0, 4.5), "on_time": (0.9, 0.8, 0.9)}
    outcomes = {
        policy: [
            Outcome(
                kpis={name: some[k % 3] for name, some in of.items()},
                violations=("policy rule, seed 1: something",) if k == 0 else (),
            )
            for k in range(replications)
        ]
        for policy, of in (("rule", values), ("hybrid", better))
    }
    return Experiment(
        cells=tuple(
            Comparison(
                world="<cell>",
                days=2.0,
                seeds=tuple(range(1, replications + 1)),
                reference="rule",
                outcomes=outcomes,
                settings=(("load", load),) if load else (),
            )
            for load in cells or ("",)
        ),
        stopping=Stopping(
            first=replications, most=replications, kpi="weighted_tardiness"
        ),
    )


def test_a_comparison_is_reported_with_its_intervals() -> None:
    """Means, paired differences in words, table and chart, and each seed."""
    text = comparison_report(compared(3), ["run.py", "compare", "cell"])
    reader = read(text)
    assert reader.headings == [
        "What was compared",
        "Results",
        "Differences",
        "By seed",
        "Violations the checker found",
    ]
    assert "hybrid -23.3 % (95 % interval" in text
    assert "&lt;cell&gt;" in text
    assert "python run.py compare cell" in text
    assert "policy rule, seed 1: something" in text
    assert comparison_report(compared(3), ["run.py", "compare", "cell"]) == text


def test_a_comparison_of_one_replication_has_no_intervals() -> None:
    """It says so, and shows the values."""
    text = comparison_report(compared(1))
    assert "there are no intervals" in text
    assert "hybrid -25.0 %." in text
    assert "By seed" not in read(text).headings


def test_what_was_asked_for_leads() -> None:
    """The KPI named first, not one that nobody asked for."""
    found = replace(
        compared(8),
        asked=("on_time",),
        stopping=Stopping(first=8, most=8, kpi="on_time"),
    )
    text = comparison_report(found)
    assert "Difference in on time from rule:" in text
    assert "on_time under each seed" in text
    assert "weighted tardiness" not in text


def test_cells_that_stopped_apart_are_told() -> None:
    """From the fewest replications to the most."""
    cells = (*compared(3, ".75").cells, *compared(9, ".85").cells)
    text = comparison_report(replace(compared(3), cells=cells))
    assert "Means over 3 to 9 replications" in text
    assert "1 to at most 9, the same" in text


def test_every_policy_is_in_the_legend_and_seeds_stand_apart() -> None:
    """Of a policy without the first KPI too; of a hundred seeds a dozen are named."""
    (cell,) = compared(100).cells
    lacking = [replace(one, kpis={"on_time": 0.7}) for one in cell.outcomes["hybrid"]]
    cell = replace(cell, outcomes={**cell.outcomes, "planned": tuple(lacking)})
    shown = ("weighted_tardiness", "on_time")
    stopping = Stopping(first=100, most=100, kpi="on_time")
    found = Experiment(cells=(cell,), stopping=stopping, asked=shown)
    _, differences, by_seed = results(found)
    legend = differences.parts[0].figure.legends[0]
    assert [text.get_text() for text in legend.get_texts()] == ["hybrid", "planned"]
    (axes,) = by_seed.parts[0].figure.axes
    assert 5 < len(axes.get_xticks()) <= 15


def test_what_was_varied_is_reported_cell_by_cell() -> None:
    """Each cell has its rows and its KPIs, and the picture shows them all."""
    text = comparison_report(compared(3, ".75", ".85"))
    assert "varied: load" in text
    assert "All KPIs, load .75" in text
    assert "All KPIs, load .85" in text
    assert "Differences" in read(text).headings

"""The report of a comparison: policies under the same seeds, with their intervals."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib import rc_context
from matplotlib.figure import Figure

from studies.compare.comparison import Comparison
from studies.compare.experiment import Experiment
from studies.compare.notes import notes
from studies.compare.picture import colours_of, forest
from studies.compare.table import seeds_of, tables
from studies.compare.verdict import verdict
from studies.report.axes import plain
from studies.report.page import Chart, Section, page
from studies.report.svg import SMALL, WIDTH
from studies.tables import Table, interval_text, literal, unit_of, wanted
from studies.versions import versions

#: So many seeds are named at an axis.
_MOST_NAMED = 15
#: What stands beside a picture whose scale may end before some line does.
_ARROWS = "; at an arrow one goes on"


def comparison_report(experiment: Experiment, command: Sequence[str] = ()) -> str:
    """Return the report of a comparison as one HTML page.

    Differences are paired by seed, with 95 % intervals.

    Parameters
    ----------
    command
        The words that asked for it (``run.py compare ...``).
    """
    first = experiment.first
    sections = [
        Section(
            title="What was compared",
            again=("python", *command) if command else (),
            parts=[Table("", ("what", "value"), _about(experiment))],
        ),
        *results(experiment),
    ]
    if experiment.violations:
        found = tuple(experiment.violations)
        sections.append(Section(title="Violations the checker found", text=found))
    title = f"{first.world}: {', '.join(first.kpis)} compared"
    said = ("" if experiment.varied else _lead(experiment), verdict(experiment))
    return page(title, sections, " ".join(filter(None, said)))


def results(experiment: Experiment, remarks: Sequence[str] = ()) -> list[Section]:
    """Return tables and pictures of a comparison; the verdict is the page's to tell.

    Parameters
    ----------
    remarks
        Sentences to be said beside those of every comparison.
    """
    first = experiment.first
    sections = [
        Section(
            title="Results",
            text=(_meaning(experiment),),
            parts=tables(experiment),
            below=(*notes(experiment), *remarks),
            folded=[_all(cell) for cell in experiment.cells],
            fold="All KPIs of all cells" if len(experiment.cells) > 1 else "",
        )
    ]
    if not experiment.varied:
        parts = (*_differences(first, experiment.shown), *_by_seed(experiment))
        return [*sections, *parts]
    caption = f"Paired differences from {first.against} with 95 % intervals" + _ARROWS
    chart = Chart(figure=forest(experiment), caption=caption, wide=True)
    return [*sections, Section(title="Differences", parts=[chart])]


def _about(experiment: Experiment) -> list[tuple[str, str]]:
    """Return what was compared, a line each."""
    first = experiment.first
    seeds = seeds_of(experiment).partition(" ")[2]
    varied: dict[str, dict[str, None]] = {}
    for cell in experiment.cells:
        for key, value in cell.settings:
            varied.setdefault(key, {})[value] = None
    return [
        ("world", first.world),
        ("days", f"{first.days:g}"),
        ("policies", ", ".join(first.kpis)),
        ("reference", first.reference),
        *((f"varied: {key}", ", ".join(values)) for key, values in varied.items()),
        ("seeds", f"{seeds}, the same for each policy"),
        ("made with", ", ".join(f"{k} {v}" for k, v in versions().items())),
    ]


def _lead(experiment: Experiment) -> str:
    """Say how each policy differs from the reference in the decisive KPI."""
    first, kpi, said = experiment.first, experiment.stopping.kpi, []
    for policy in first.others:
        found = first.difference(policy, kpi)
        if found is None or found.percent is None:
            continue
        limits = found.bootstrap_percent
        if limits is None or limits.low is None:
            limits = found.percent
        low, high, told = limits.low, limits.high, ""
        if low is not None and high is not None and low < high:
            told = f" (95 % interval {low:+.1f} to {high:+.1f} %)"
        said.append(f"{policy} {found.percent.mean:+.1f} %{told}")
    if not said:
        return ""
    name = kpi.replace("_", " ")
    return f"Difference in {name} from {first.against}: {'; '.join(said)}."


def _meaning(experiment: Experiment) -> str:
    counts = sorted({len(cell.seeds) for cell in experiment.cells})
    if counts[-1] == 1:
        return "One replication each: there are no intervals."
    span = " to ".join(map(str, dict.fromkeys((counts[0], counts[-1]))))
    return f"Means over {span} replications, with 95 % intervals."


def _all(comparison: Comparison) -> Table:
    """Return every KPI under every policy."""
    columns = ("KPI", "unit", *comparison.kpis)
    rows = []
    for name in comparison.names:
        unit = unit_of(name, comparison.unit)
        cells = []
        for policy in comparison.kpis:
            value = comparison.value(policy, name)
            cells.append(interval_text(value, unit) if value is not None else "")
        rows.append((name, unit, *cells))
    cell = ", ".join(f"{key} {value}" for key, value in comparison.settings)
    title = f"All KPIs, {cell}" if cell else "All KPIs"
    return Table(title, columns, rows, columns[2:])


@rc_context(SMALL)
def _differences(comparison: Comparison, shown: Sequence[str]) -> list[Section]:
    """Show the paired differences in percent of the reference, as a forest plot."""
    others = comparison.others
    names = [name for name in shown if name in comparison.names]
    found = []
    for name in names:
        for policy in others:
            difference = comparison.difference(policy, name)
            if difference is not None and difference.percent is not None:
                found.append((name, policy, difference.percent))
    if not found:
        return []
    rows = list(dict.fromkeys(name for name, _, _ in found))
    figure = Figure(
        figsize=(WIDTH, 0.9 + 0.16 * len(rows) * (1 + len(others))),
        layout="constrained",
    )
    axes = figure.add_subplot()
    step, colours = 0.8 / len(others), colours_of(comparison)
    named: set[str] = set()
    for name, policy, percent in found:
        k = others.index(policy)
        y = rows.index(name) - 0.4 + (k + 0.5) * step
        colour = colours[policy]
        low = percent.mean if percent.low is None else percent.low
        high = percent.mean if percent.high is None else percent.high
        axes.plot([low, high], [y, y], color=colour, linewidth=2.2)
        (dot,) = axes.plot(percent.mean, y, "o", color=colour, markersize=5)
        called = literal(comparison.called(policy))
        dot.set_label(None if policy in named else called)
        named.add(policy)
        dot.set_url(f"{policy}, {name}: {interval_text(percent, '%')} %")
    axes.axvline(0, color="#000000", linewidth=0.8)
    labels = [f"{name}\n{wanted(name)}".rstrip() for name in rows]
    axes.set_yticks(range(len(rows)), labels, fontsize=7)
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.set_xlabel(literal(f"difference from {comparison.against}, %"))
    plain(axes)
    axes.grid(visible=False, axis="y")
    axes.tick_params(axis="y", length=0)
    figure.legend(loc="outside upper left", ncols=4, frameon=False)
    caption = f"Paired differences from {comparison.against} with 95 % intervals"
    return [Section(title="Differences", parts=[Chart(figure=figure, caption=caption)])]


@rc_context(SMALL)
def _by_seed(experiment: Experiment) -> list[Section]:
    """Show the decisive KPI under each seed: how alike the pairs are."""
    comparison, kpi = experiment.first, experiment.stopping.kpi
    lines = {policy: of[kpi] for policy, of in comparison.kpis.items() if kpi in of}
    if not lines or len(comparison.seeds) < 2:
        return []
    figure = Figure(figsize=(WIDTH, 2.4), layout="constrained")
    axes = figure.add_subplot()
    colours = colours_of(comparison)
    places = range(len(comparison.seeds))  # seeds may be beyond what floats tell apart
    for policy, values in lines.items():
        name = literal(comparison.called(policy))
        (line,) = axes.plot(places, values, "o-", ms=4, lw=1, label=name)
        line.set_color(colours[policy])
    named = places[:: -(-len(places) // _MOST_NAMED)]
    axes.set_xticks(named, [str(comparison.seeds[k]) for k in named])
    axes.set_xlabel("seed")
    highest = max(map(max, lines.values()))
    if min(map(min, lines.values())) >= 0:
        axes.set_ylim(0, 1.06 * highest or 1)  # room for the topmost line
    plain(axes, f"{kpi}, {unit_of(kpi, comparison.unit)}".rstrip(", "))
    figure.legend(loc="outside upper left", ncols=4, frameon=False)
    caption = f"{kpi} under each seed: the luck is the same for each"
    return [Section(title="By seed", parts=[Chart(figure=figure, caption=caption)])]

"""The report of a comparison: policies under the same seeds, with their intervals."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib import rc_context
from matplotlib.figure import Figure

from studies.compare.comparison import Comparison
from studies.compare.experiment import Experiment
from studies.compare.notes import notes
from studies.compare.picture import colours_of, forest
from studies.compare.table import tables
from studies.compare.verdict import verdict
from studies.report.page import Chart, Section, page
from studies.report.svg import SMALL, WIDTH
from studies.tables import Table, interval_text, literal, unit_of, wanted
from studies.versions import versions


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
    said = ("" if experiment.varied else _lead(first), verdict(experiment))
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
            text=(_meaning(first),),
            parts=tables(experiment),
            below=(*notes(experiment), *remarks),
            folded=[_all(cell) for cell in experiment.cells],
            fold="All KPIs of all cells" if len(experiment.cells) > 1 else "",
        )
    ]
    if not experiment.varied:
        return [*sections, *_differences(first, experiment.shown), *_by_seed(first)]
    caption = f"Paired differences from {first.against} with 95 % intervals"
    chart = Chart(figure=forest(experiment), caption=caption, wide=True)
    return [*sections, Section(title="Differences", parts=[chart])]


def _about(experiment: Experiment) -> list[tuple[str, str]]:
    """Return what was compared, a line each."""
    first = experiment.first
    seeds = max((cell.seeds for cell in experiment.cells), key=len)
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
        ("seeds", f"{seeds[0]} to {seeds[-1]}, the same for each policy"),
        ("made with", ", ".join(f"{k} {v}" for k, v in versions().items())),
    ]


def _main_kpi(comparison: Comparison) -> str | None:
    """Return the KPI that says most: makespan of an instance, else tardiness."""
    names = comparison.names
    wanted = ("makespan", "weighted_tardiness")
    return next((name for name in wanted if name in names), None)


def _lead(comparison: Comparison) -> str:
    """Say how each policy differs from the reference in what counts most."""
    kpi, said = _main_kpi(comparison), []
    if kpi is None:
        return ""
    for policy in comparison.kpis:
        found = comparison.difference(policy, kpi)
        if policy == comparison.reference or found is None or found.percent is None:
            continue
        percent = found.percent
        limits = ""
        if percent.low is not None and percent.high is not None:
            limits = f" (95 % interval {percent.low:+.1f} to {percent.high:+.1f} %)"
        said.append(f"{policy} {percent.mean:+.1f} %{limits}")
    if not said:
        return ""
    name = kpi.replace("_", " ")
    return f"Difference in {name} from {comparison.against}: {'; '.join(said)}."


def _meaning(comparison: Comparison) -> str:
    if len(comparison.seeds) == 1:
        return "One replication each: there are no intervals."
    return f"Means over {len(comparison.seeds)} replications, with 95 % intervals."


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
    others = [policy for policy in comparison.kpis if policy != comparison.reference]
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
    for name, policy, percent in found:
        k = others.index(policy)
        y = rows.index(name) - 0.4 + (k + 0.5) * step
        colour = colours[policy]
        low = percent.mean if percent.low is None else percent.low
        high = percent.mean if percent.high is None else percent.high
        axes.plot([low, high], [y, y], color=colour, linewidth=2.2)
        (dot,) = axes.plot(percent.mean, y, "o", color=colour, markersize=5)
        called = literal(comparison.called(policy))
        dot.set_label(called if name == rows[0] else None)
        dot.set_url(f"{policy}, {name}: {interval_text(percent, '%')} %")
    axes.axvline(0, color="#000000", linewidth=0.8)
    labels = [f"{name}\n{wanted(name)}".rstrip() for name in rows]
    axes.set_yticks(range(len(rows)), labels, fontsize=7)
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.set_xlabel(literal(f"difference from {comparison.against}, %"))
    axes.grid(axis="x", color="#cfd8dc", linewidth=0.5)
    axes.spines[["top", "right"]].set_visible(False)
    axes.tick_params(axis="y", length=0)
    figure.legend(loc="outside upper left", ncols=4, frameon=False)
    caption = f"Paired differences from {comparison.against} with 95 % intervals"
    return [Section(title="Differences", parts=[Chart(figure=figure, caption=caption)])]


@rc_context(SMALL)
def _by_seed(comparison: Comparison) -> list[Section]:
    """Show what counts most under each seed: how alike the pairs are."""
    kpi = _main_kpi(comparison)
    if kpi is None or len(comparison.seeds) < 2:
        return []
    figure = Figure(figsize=(WIDTH, 2.4), layout="constrained")
    axes = figure.add_subplot()
    colours = colours_of(comparison)
    for policy, kpis in comparison.kpis.items():
        if kpi in kpis:
            colour = colours[policy]
            places = range(len(comparison.seeds))
            name = literal(comparison.called(policy))
            axes.plot(places, kpis[kpi], "o-", color=colour, ms=4, lw=1, label=name)
    axes.set_xticks(range(len(comparison.seeds)), [str(s) for s in comparison.seeds])
    axes.set_xlabel("seed")
    axes.set_ylabel(f"{kpi}, {unit_of(kpi, comparison.unit)}")
    highest = max(value for of in comparison.kpis.values() for value in of.get(kpi, ()))
    axes.set_ylim(0, 1.06 * highest or 1)  # room for the topmost line
    axes.grid(color="#cfd8dc", linewidth=0.5)
    axes.spines[["top", "right"]].set_visible(False)
    figure.legend(loc="outside upper left", ncols=4, frameon=False)
    caption = f"{kpi} under each seed: the luck is the same for each"
    return [Section(title="By seed", parts=[Chart(figure=figure, caption=caption)])]

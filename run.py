"""The command line: reads arguments, calls one function, prints.

Exit codes: 0 fine, 1 a check found violations, 2 bad input, 130 Ctrl-C. With ``--json``
standard output is one JSON object; everything else goes to standard error.
Over 400 lines: one function a command, most of it their options. They import what they
call, so that help and refusals are there at once.
"""

from __future__ import annotations

import json
import os
import shlex
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from io import TextIOWrapper
from pathlib import Path
from threading import Timer
from typing import TYPE_CHECKING, Annotated, Any, TextIO

import typer
from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table

from kernel.errors import BadInput
from studies import progress
from studies.interrupt import heed_signals

if TYPE_CHECKING:
    from agents.scenario import Scenario
    from studies.compare import Experiment
    from studies.tables import Table as Rows

FINE, VIOLATED, BAD_INPUT, CTRL_C = 0, 1, 2, 130
#: Loading the compiled scheduler takes less than so many seconds, compiling it more.
LOADING = 2.0
#: Keys that are flags as well.
_FLAGS = ("policy", "seed", "days")
#: So many violations are told one by one.
MOST_TOLD = 20

app = typer.Typer(
    add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False
)

World = Annotated[
    str, typer.Argument(help="A shipped name, a world file or an instance file.")
]
Policy = Annotated[str, typer.Option(help="rule[:NAME], negotiated, planned, hybrid.")]
Days = Annotated[
    float | None, typer.Option(help="How long orders count. [default: the world's]")
]
Seed = Annotated[int, typer.Option(help="Of everything that is left to chance.")]
Settings = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="KEY=VALUE", help="Override; `keys` lists them."),
]
Disturbances = Annotated[
    list[str] | None,
    typer.Option("--disturb", metavar="D@T", help="Such as 'break:turn1:2 h@6 h'."),
]
Layout = Annotated[
    Path | None, typer.Option(help="Travel times of an instance, in a second file.")
]
Workers = Annotated[int, typer.Option(help="Processes that runs are shared among.")]
Engine = Annotated[str, typer.Option(help="local, or a cluster: dask, ray.")]
Address = Annotated[
    str | None, typer.Option(help="Of a running cluster; none: one on this machine.")
]
Resume = Annotated[
    Path | None, typer.Option(metavar="DIR", help="Go on where it was interrupted.")
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]


@app.callback(invoke_without_command=True)
def bare(context: typer.Context) -> int:
    """A factory that runs itself: agents negotiate, a scheduler re-plans.

    Without a command: run the plant `electronics` under the policy `hybrid`.
    """
    return FINE if context.invoked_subcommand else run(context, "electronics")


@app.command()
def run(
    context: typer.Context,
    world: World,
    policy: Policy = "hybrid",
    days: Days = None,
    seed: Seed = 1,
    settings: Settings = None,
    disturbances: Disturbances = None,
    out: Annotated[
        Path | None,
        typer.Option(help="Run folder. [default: runs/WORLD-POLICY-SEED]"),
    ] = None,
    layout: Layout = None,
    as_json: Json = False,
) -> int:
    """Run a factory: a table, and a folder with everything that happened."""
    from studies.build import needs_compiling
    from studies.folder import claim, command_of, default_folder, write_run
    from studies.loose_ends import loose_ends
    from studies.run import run as run_scenario
    from studies.run import sentence
    from studies.tables import kpi_table, plural, shipped_sentence

    scenario = _scenario(
        context, world, layout, policy, seed, days, settings, disturbances
    )
    folder = out or default_folder(scenario)
    claim(folder)
    before, words = command_of(folder), ["run.py", *(context.obj or ())]
    if needs_compiling(scenario):
        _compile()
    with progress.of_days(1, _tell) as tell:
        done = run_scenario(scenario, tell)
    write_run(done, folder, words)
    if as_json:
        _print_json(done.as_json())
    else:
        _print_table(kpi_table(done))
        _print(shipped_sentence(done))
        for said in loose_ends(done):
            _print(said)
        _print(f"Everything is in {folder}, the report is {folder / 'report.html'}.")
        if before not in (None, words):
            _print(f"It replaces another run: {shlex.join(before)}")
    events = plural(len(done.trace.events), "event")
    found = [sentence(one) for one in done.violations]
    return _verdict(events, found, _tell if as_json else _print)


@app.command()
def compare(
    context: typer.Context,
    world: World,
    policies: Annotated[
        str, typer.Option(metavar="A,B,...", help="The first is the reference.")
    ],
    replications: Annotated[
        int, typer.Option(help="Runs of each policy; the first ones, with --until-...")
    ] = 5,
    vary: Annotated[
        list[str] | None,
        typer.Option(metavar="KEY=V,V,...", help="Compare at each of these values."),
    ] = None,
    until: Annotated[
        str | None,
        typer.Option(
            "--until-half-width", metavar="5%", help="Go on until it is so narrow."
        ),
    ] = None,
    max_replications: Annotated[
        int | None, typer.Option(help="... but no further. [default: 100]")
    ] = None,
    kpi: Annotated[
        str | None,
        typer.Option(
            metavar="A,B,...",
            help="What to show; the first is to be narrow.",
        ),
    ] = None,
    days: Days = None,
    seed: Annotated[int, typer.Option(help="The first; the others follow.")] = 1,
    settings: Settings = None,
    disturbances: Disturbances = None,
    workers: Annotated[int, typer.Option(help="Processes to run in.")] = 1,
    out: Annotated[
        Path | None, typer.Option(help="Folder for data and a picture.")
    ] = None,
    layout: Layout = None,
    as_json: Json = False,
) -> int:
    """Compare policies under the same seeds: paired, with 95 % intervals."""
    from studies import compare as comparing
    from studies.build import needs_compiling
    from studies.parallel import refuse_engine
    from studies.tables import plural
    from worlds.read import read_world

    names = [name.strip() for name in policies.split(",")]
    spec = read_world(world, layout)
    cells = comparing.cells_of(
        spec,
        names,
        comparing.varied(vary or ()),
        seed=seed,
        days=days,
        settings=_pairs(settings),
        disturbances=disturbances or (),
    )
    asked = comparing.kpis_of(kpi, spec)
    decisive = asked[0] if asked else comparing.main_kpi(bool(spec.unit))
    stopping = comparing.stopping_of(
        names, decisive, replications, until, max_replications
    )
    refuse_engine(workers)
    if out is not None:
        from studies.compare.folder import claim_comparison, write_comparison

        claim_comparison(out)
    if any(map(needs_compiling, cells[0].scenarios.values())):
        _compile()
    with progress.of_days(len(cells) * len(names) * stopping.most, _tell) as tell:
        found = comparing.conduct(
            cells, stopping, asked, workers=workers, progress=tell
        )
    if as_json:
        _print_json(found.as_json())
    else:
        _print_comparison(found)
    if out is not None:  # after the tables: hours of runs are not lost with a full disk
        write_comparison(found, out, ["run.py", *(context.obj or ())])
        if not as_json:
            _print(f"Everything is in {out}, the report is {out / 'report.html'}.")
    say = _tell if as_json else _print
    return _verdict(plural(found.runs, "run"), found.violations, say)


@app.command()
def sweep(
    file: Annotated[
        Path | None, typer.Argument(metavar="FILE.toml", help="What to vary.")
    ] = None,
    workers: Workers = 1,
    engine: Engine = "local",
    address: Address = None,
    out: Annotated[
        Path | None, typer.Option(help="Its folder. [default: runs/sweep-FILE]")
    ] = None,
    resume: Resume = None,
    as_json: Json = False,
) -> int:
    """Run every combination of some factors, under the same seeds each."""
    from studies.case import failed_sentence
    from studies.parallel import refuse_engine, refuse_unreached
    from studies.report.sweep import write_sweep_report
    from studies.sweep import draw, execute, paired, results
    from studies.tables import plural
    from studies.versions import mixed

    refuse_engine(workers, engine, address)
    refuse_unreached(engine, address)  # before there is a folder
    design, folder = execute.design_and_folder(file, out, resume)
    with _going_on("sweep", folder) as tell:
        done = execute.carry_out(
            design,
            folder,
            workers=workers,
            engine=engine,
            address=address,
            progress=tell,
        )
        pictures = draw.draw(design, done.outcomes, folder)
        page = write_sweep_report(done)
    say = _tell if as_json else _print
    if as_json:
        found = results.as_json(design, done.outcomes, folder, done.experiment)
        _print_json(found)
    else:
        if done.experiment is None:
            _print_table(results.cell_table(design, done.outcomes))
        else:
            _print_comparison(done.experiment)
        for said in paired.remarks(design, done.experiment):
            _print(said)
        drawn = f", {plural(len(pictures), 'picture')}" if pictures else ""
        compared = f", {paired.JSON}, {paired.PICTURE}" if done.experiment else ""
        files = f"{results.CSV}, {results.PARQUET}{compared}{drawn}"
        _print(f"Everything is in {folder}: {files};")
        _print(f"the report is {page}.")
    for said in mixed(done.states):
        say(said)
    if done.failed:
        say(failed_sentence(done.failed))
    code = _verdict(plural(len(done.outcomes), "run"), done.violations, say)
    return VIOLATED if done.failed else code


@app.command()
def tune(
    context: typer.Context,
    world: Annotated[
        str | None, typer.Argument(help="A shipped name, a world file or an instance.")
    ] = None,
    vary: Annotated[
        list[str] | None,
        typer.Option(metavar="KEY=LOW..HIGH", help="Or KEY=A,B,C; as often as needed."),
    ] = None,
    minimise: Annotated[
        list[str] | None,
        typer.Option(metavar="KPI", help="As often as needed; cost is total_cost."),
    ] = None,
    maximise: Annotated[
        list[str] | None, typer.Option(metavar="KPI", help="As often as needed.")
    ] = None,
    runs: Annotated[int, typer.Option(help="How many the search may make.")] = 200,
    policy: Policy = "hybrid",
    days: Days = None,
    seed: Seed = 1,
    settings: Settings = None,
    disturbances: Disturbances = None,
    workers: Workers = 1,
    engine: Engine = "local",
    address: Address = None,
    out: Annotated[
        Path | None, typer.Option(help="Its folder. [default: runs/tune-WORLD]")
    ] = None,
    resume: Resume = None,
    layout: Layout = None,
    as_json: Json = False,
) -> int:
    """Search for the settings that serve one or several KPIs best."""
    from studies.case import failed_sentence
    from studies.parallel import refuse_engine, refuse_missing, refuse_unreached

    refuse_missing("tune", "optuna")
    refuse_missing("tune", "sklearn")
    refuse_engine(workers, engine, address)
    from studies.report.tune import write_tune_report
    from studies.tune import draw, execute, results, said
    from studies.tune.folder import tuning_and_folder
    from studies.tune.space import Asked
    from studies.versions import mixed

    asked = world and Asked(
        world=world,
        layout=str(layout) if layout else None,
        policy=policy,
        days=days,
        seed=seed,
        settings=tuple(_pairs(settings)),
        disturbances=tuple(disturbances or ()),
        vary=tuple(vary or ()),
        minimise=tuple(minimise or ()),
        maximise=tuple(maximise or ()),
        runs=runs,
    )
    how = ("workers", "engine", "address", "out", "resume", "as_json")  # not what
    sources = {
        option.opts[0]: context.get_parameter_source(str(option.name))
        for option in context.command.params
        if option.name not in how
    }
    given = [flag for flag, of in sources.items() if of and of.name == "COMMANDLINE"]
    refuse_unreached(engine, address)  # before there is a folder
    tuning, folder = tuning_and_folder(asked or None, out, resume, given)
    with _going_on("tune", folder) as tell:
        done = execute.carry_out(
            tuning,
            folder,
            workers=workers,
            engine=engine,
            address=address,
            progress=tell,
        )
        results.write_table(done)
        draw.draw(done)
        page = write_tune_report(done)
    say = _tell if as_json else _print
    if as_json:
        _print_json(results.as_json(done))
    else:
        _print_table(results.leader_table(done))
        _print_table(results.importance_table(done))
        _print(said.about_importance(done) + "\n")
        _print_table(results.winner_table(done))
        for sentence in (*said.about_front(done), said.verdict(done)):
            _print(sentence)
        _print(f"Everything is in {folder}, the report is {page}.")
    for sentence in mixed(done.states):
        say(sentence)
    if done.failed:
        say(failed_sentence(done.failed))
    code = _verdict(f"{done.checked} runs", done.violations, say)
    return VIOLATED if done.failed else code


@app.command()
def solve(
    instance: Annotated[str, typer.Argument(help="A shipped instance or a file.")],
    seconds: Annotated[
        float | None, typer.Option(help="Wall time; the result is not repeatable.")
    ] = None,
    budget: Annotated[
        int | None, typer.Option(help="Iterations of the search instead.")
    ] = None,
    workers: Annotated[int, typer.Option(help="Threads of the solver.")] = 1,
    seed: Annotated[int, typer.Option(help="Of the search.")] = 1,
    objective: Annotated[
        str,
        typer.Option(
            help="Criteria, the most important first, such as makespan,flow; with due "
            "dates tardiness, with set-ups setup."
        ),
    ] = "makespan",
    plan: Annotated[Path | None, typer.Option(help="Plan file to write.")] = None,
    gantt: Annotated[Path | None, typer.Option(help="Picture to draw.")] = None,
    layout: Layout = None,
    as_json: Json = False,
) -> int:
    """Solve a benchmark instance for its makespan, or for criteria in turn."""
    from studies import solve as solving
    from studies.tables import engine_table, plural, solution_sentence
    from studies.whole import claim_file

    if plan is not None and gantt is not None and plan.resolve() == gantt.resolve():
        raise BadInput("--gantt", str(gantt), "expected another file than --plan")
    known = solving.read_instance(instance, layout)
    if plan is not None:
        known.plans.refuse_unsayable("--plan")
    for path in filter(None, (plan, gantt)):
        claim_file(path, known.files)
    if gantt is not None:
        solving.picture_kind(gantt)
    params = solving.params_of(seconds, budget, workers, seed)
    _compile()
    solution = solving.solve_instance(
        known, params, [one.strip() for one in objective.split(",")]
    )
    if plan is not None:
        solving.write_plan(solution, plan)
    if gantt is not None:
        solving.draw_plan(solution, gantt)
    if as_json:
        _print_json(solution.as_json())
    else:
        _print(solution_sentence(solution))
        _print_table(engine_table(solution))
        for path in filter(None, (plan, gantt) if solution.plan else ()):
            _print(f"Written: {path}.")
    if solution.plan is None:
        return FINE
    operations = plural(len(known.problem.operations), "operation")
    return _verdict(operations, solution.violations, _tell if as_json else _print)


@app.command()
def check(
    what: Annotated[
        str, typer.Argument(metavar="INSTANCE|RUN_DIR", help="What to check.")
    ],
    plan: Annotated[
        Path | None, typer.Argument(help="A plan file of the instance.")
    ] = None,
    layout: Layout = None,
) -> int:
    """Check a run folder, or a plan file against its instance."""
    from worlds.readers import shipped_instances

    instance = Path(what).is_file() or what in shipped_instances()
    if plan is None and instance and not Path(what).is_dir():
        problem = "is no run folder; expected one, or an instance and a plan file of it"
        raise BadInput(what, "", problem)
    if plan is None:
        from measures.runfolder import check_run
        from studies.run import sentence

        found = [sentence(one) for one in check_run(Path(what))]
        return _verdict(what, found, _print, most=len(found))
    from studies.solve import check_plan_of, read_instance

    wrong = check_plan_of(read_instance(what, layout), plan)
    return _verdict(str(plan), wrong, _print, most=len(wrong))


@app.command()
def export(
    run_dir: Annotated[Path, typer.Argument(help="A run folder.")],
    ocel: Annotated[
        Path, typer.Option(metavar="FILE", help="Ends in .sqlite or .json.")
    ],
) -> int:
    """Write a run as an object-centric event log (OCEL 2.0)."""
    from measures.ocel import export_ocel
    from measures.runfolder import believed, read_run
    from studies.folder import FILES, is_run_folder
    from studies.whole import claim_file

    done = read_run(run_dir)
    folders = [run_dir, *([ocel.parent] if is_run_folder(ocel.parent) else [])]
    claim_file(ocel, [folder / name for folder in folders for name in FILES])
    with believed(done):
        count = export_ocel(done.world, done.trace.events, ocel)
    said = f"{count} of {len(done.trace.events)} facts, those about objects"
    _print(f"Written: {ocel}, {said}.")
    return FINE


@app.command()
def view(
    context: typer.Context,
    world: Annotated[
        str, typer.Argument(help="A shipped name, a world file or an instance file.")
    ] = "electronics",
    policy: Policy = "hybrid",
    days: Days = None,
    seed: Seed = 1,
    settings: Settings = None,
    disturbances: Disturbances = None,
    port: Annotated[int, typer.Option(help="Where to listen.")] = 8765,
    host: Annotated[
        str, typer.Option(help="Others than this machine need token and TLS.")
    ] = "127.0.0.1",
    token: Annotated[
        str | None, typer.Option(help="What visitors must know (16 characters).")
    ] = None,
    tls_cert: Annotated[Path | None, typer.Option(help="Certificate (PEM).")] = None,
    tls_key: Annotated[Path | None, typer.Option(help="Its key (PEM).")] = None,
    behind_proxy: Annotated[
        bool, typer.Option("--behind-proxy", help="A proxy terminates TLS.")
    ] = False,
    no_open: Annotated[
        bool, typer.Option("--no-open", help="Do not open a browser.")
    ] = False,
    layout: Layout = None,
) -> int:
    """Watch a factory in the browser, and step in."""
    from dashboard.gate import Address
    from dashboard.server import serve
    from worlds.read import shipped

    scenario = _scenario(
        context, world, layout, policy, seed, days, settings, disturbances
    )
    address = Address(
        host=host,
        port=port,
        token=token,
        certificate=tls_cert,
        key=tls_key,
        behind_proxy=behind_proxy,
    )
    names = tuple(one.name for one in shipped())
    serve(scenario, names, address, browse=not no_open, say=_tell)
    return FINE


@app.command()
def report(
    run_dir: Annotated[Path, typer.Argument(help="A run folder.")],
    out: Annotated[
        Path | None, typer.Option(help="File. [default: RUN_DIR/report.html]")
    ] = None,
) -> int:
    """Write the report of a run anew, as one HTML page."""
    from studies.report import write_report

    _print(f"Written: {write_report(run_dir, out)}.")
    return FINE


@app.command()
def worlds(
    schema: Annotated[
        bool, typer.Option("--schema", help="Print the JSON schema of a world file.")
    ] = False,
    copy: Annotated[
        tuple[str, Path] | None,
        typer.Option(metavar="NAME FILE", help="Write a shipped world to a file."),
    ] = None,
    check: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Read a world file.")
    ] = None,
) -> int:
    """List the worlds that come with Holofab; copy one, check one."""
    from worlds import read
    from worlds.shipped import copy_world

    if schema + (copy is not None) + (check is not None) > 1:
        problem = "expected one of --schema, --copy and --check at a time"
        raise BadInput("worlds", "", problem)
    if schema:
        _print_json(read.schema())
    elif copy is not None:
        copy_world(*copy)
        _print(f"Written: {copy[1]}.")
    elif check is not None:
        world = read.read_world(check)
        machines = f"{len(world.machines)} machines"
        _print(
            f"{check}: {world.name} is fine: {machines}, {world.title or 'no title'}"
        )
    else:
        for one in read.shipped():
            _print(f"{one.name:12} {one.kind:9} {one.title}")
    return FINE


@app.command()
def keys(world: World, policy: Policy = "hybrid", layout: Layout = None) -> int:
    """List what --set can change, with the present values."""
    from agents.policy import policy_of
    from agents.scenario import scenario_keys
    from worlds.keys import world_keys
    from worlds.read import read_world

    spec = read_world(world, layout)
    found = [
        *scenario_keys(policy_of(policy)),
        ("seed", "1"),
        ("days", f"{spec.days:g}"),
    ]
    _print("\n".join(f"{key} = {value}" for key, value in found + world_keys(spec)))
    return FINE


# -- what commands share -------------------------------------------------------------


def _pairs(settings: Sequence[str] | None) -> list[tuple[str, str]]:
    from worlds.keys import SOURCE, split

    pairs = [split(setting) for setting in settings or ()]
    keys = [key for key, _ in pairs]
    for key in keys:
        if keys.count(key) > 1:
            raise BadInput(SOURCE, key, "is given twice, expected each key once")
    return pairs


def _is_given(context: typer.Context, parameter: str) -> bool:
    """Return whether the user said it: a default may be set otherwise."""
    source = context.get_parameter_source(parameter)
    return source is not None and source.name == "COMMANDLINE"


def _scenario(
    context: typer.Context,
    world: str,
    layout: Path | None,
    policy: str,
    seed: int,
    days: float | None,
    settings: Sequence[str] | None,
    disturbances: Sequence[str] | None,
) -> Scenario:
    """Return what the arguments ask for, or refuse it."""
    from agents.scenario import scenario_of
    from studies.build import refuse_unfit
    from studies.overlap import Targets
    from worlds.keys import SOURCE
    from worlds.read import read_world

    spec, pairs = read_world(world, layout), _pairs(settings)
    said = {key: f"--{key}" for key in _FLAGS if _is_given(context, key)}
    for key, _ in pairs:
        if key in said:
            raise BadInput(
                SOURCE, key, f"is given by {said[key]} too, expected one of them"
            )
    Targets(spec).refuse_twice(said | {key: key for key, _ in pairs}, SOURCE)
    scenario = scenario_of(
        spec,
        policy=policy,
        seed=seed,
        days=days,
        settings=pairs,
        disturbances=disturbances or (),
    )
    refuse_unfit(scenario)
    return scenario


def _compile() -> None:
    """Compile the scheduler; say so if that takes a while, as it does once."""
    from studies.build import compile_scheduler

    words = "compiling the scheduler, once on this machine ..."
    notice = Timer(LOADING, _tell, (words,))
    notice.daemon = True
    notice.start()
    try:
        compile_scheduler()
    finally:
        notice.cancel()


@contextmanager
def _going_on(command: str, folder: Path) -> Iterator[Callable[[int, int], None]]:
    """Show how many runs are kept; say how to go on if the work ends before them."""
    kept = 0
    try:
        with progress.of_runs(_tell) as show:

            def tell(done: int, runs: int) -> None:
                nonlocal kept
                kept = done
                show(done, runs)

            yield tell
    except (KeyboardInterrupt, typer.Abort, BadInput) as error:
        # Of what cannot be written; what is wrong in itself is wrong again.
        disk = isinstance(error, BadInput) and error.where.startswith(str(folder))
        if not isinstance(error, BadInput) or (kept and disk):
            words = shlex.join(["run.py", command, "--resume", str(folder)])
            _tell(f"What is done is kept; go on with: {words}")
        raise


def _verdict(
    what: str,
    violations: Sequence[str],
    say: Callable[[str], None],
    most: int = MOST_TOLD,
) -> int:
    """Say what a check has found; return the exit code."""
    for violation in violations[:most]:
        say(violation)
    if not violations:
        say(f"checked: {what}, no violation")
        return FINE
    count = len(violations)
    left = f", the first {most} told" if count > most else ""
    say(f"checked: {what}, {count} violation{'s' if count > 1 else ''}{left}")
    return VIOLATED


# -- printing ------------------------------------------------------------------------


def _write(text: str, stream: TextIO) -> None:
    """Write a line; a reader who has gone away misses it, and that is all.

    Nor is what is only told worth the end of a run, when a log's disk is full.
    """
    try:
        stream.write(text + "\n")
        stream.flush()
    except OSError as error:
        if stream is sys.stdout and not isinstance(error, BrokenPipeError):
            raise
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _print(text: str) -> None:
    _write(text, sys.stdout)


def _tell(text: str) -> None:
    _write(text, sys.stderr)


def _print_json(content: Any) -> None:
    _print(json.dumps(content, indent=2, allow_nan=False))


def _print_table(rows: Rows) -> None:
    table = Table(
        title=rows.title or None, title_justify="left", title_style="bold", box=SIMPLE
    )
    for column in rows.columns:
        justify: Any = "right" if column in rows.right else "left"
        table.add_column(column, overflow="fold", justify=justify)
    for row in rows.rows:
        table.add_row(*row)
    width = None if sys.stdout.isatty() else 110
    console = Console(file=sys.stdout, width=width, highlight=False, markup=False)
    with console.capture() as captured:
        console.print(table)
    _print("\n".join(line.rstrip() for line in captured.get().splitlines()))


def _print_comparison(found: Experiment) -> None:
    from studies.compare.notes import notes
    from studies.compare.table import tables
    from studies.compare.verdict import verdict

    for table in tables(found):
        _print_table(table)
    for said in filter(None, (verdict(found), *notes(found))):
        _print(said)


# -- the whole -----------------------------------------------------------------------

#: What Typer raises for wrong usage; it is public under no name of its own.
UsageError: Any = typer.BadParameter.__mro__[1]


def main(argv: Sequence[str]) -> int:
    """Do what the arguments say; return the exit code."""
    try:
        code = app(
            _spread(argv), prog_name="run.py", standalone_mode=False, obj=tuple(argv)
        )
        if code == CTRL_C:  # Typer's word for it
            raise KeyboardInterrupt
        return int(code or FINE)
    except BadInput as refusal:
        sentence = str(refusal)
    except UsageError as error:
        sentence = error.format_message()
    except (KeyboardInterrupt, typer.Abort):
        _tell("interrupted")
        return CTRL_C
    except OSError as error:  # such as a full disk behind standard output
        sentence = f"{error.filename or 'standard output'}: {error.strerror}"
    _tell("error: " + " ".join(sentence.split()))
    return BAD_INPUT


def _spread(argv: Sequence[str]) -> list[str]:
    """Let such flags as ``--set`` take several values: ``--set a=1 b=2``."""
    spread: list[str] = []
    flag = ""
    for word in argv:
        mark = {"--set": "=", "--vary": "=", "--disturb": "@"}.get(flag)
        again = mark is not None and mark in word and not word.startswith("-")
        if again and spread[-1] != flag:
            spread.append(flag)
        elif not again:
            flag = word
        spread.append(word)
    return spread


def _open_streams() -> None:
    """Have streams to write to that take every character."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            nothing = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115
            setattr(sys, name, nothing)
        elif isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")


if __name__ == "__main__":
    _open_streams()
    heed_signals()
    sys.exit(main(sys.argv[1:]))

"""The command line: what it prints, writes, refuses, and how it ends."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

import run
from studies import progress
from worlds.shipped import path_of

ROOT = Path(__file__).resolve().parent.parent
CELL = path_of("cell").read_text(encoding="utf-8")
SHORT = ("cell", "--policy", "rule", "--days", "0.4")


@pytest.fixture(autouse=True)
def _somewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def refused(capsys: pytest.CaptureFixture[str], *argv: str) -> str:
    """Return the one sentence with which a command is refused."""
    assert run.main(argv) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith("error: ")
    assert printed.err.count("\n") == 1
    return printed.err


def test_run_writes_a_folder_and_says_so(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """A run prints its KPIs, where its files are, and that it has been checked."""
    assert run.main(["run", *SHORT]) == 0
    printed = capsys.readouterr()
    assert "flow_time" in printed.out
    assert "orders shipped" in printed.out
    assert "no violation" in printed.out
    assert "Traceback" not in printed.err
    folder = tmp_path / "runs" / "cell-rule-1"
    assert sorted(path.name for path in folder.iterdir()) == [
        "gantt.png",
        "kpis.json",
        "orders.csv",
        "report.html",
        "run.json",
        "trace.jsonl",
    ]
    about = json.loads((folder / "run.json").read_text())
    assert about["command"] == ["run.py", "run", *SHORT]
    assert set(about) == {
        "format",
        "command",
        "scenario",
        "world",
        "versions",
        "window",
        "digest",
        "reproducible",
        "wall_seconds",
    }
    assert list(about["versions"]) == [
        "python",
        "mesa",
        "ortools",
        "numba",
        "numpy",
        "holofab",
    ]
    assert run.main(["check", str(folder)]) == 0


def test_run_json_is_one_object(capsys: pytest.CaptureFixture[str]) -> None:
    """With --json standard output is exactly the object of CONTRACTS."""
    assert run.main(["run", *SHORT, "--json", "--out", "r"]) == 0
    printed = capsys.readouterr()
    found = json.loads(printed.out)
    assert list(found) == [
        "world",
        "policy",
        "seed",
        "days",
        "kpis",
        "events",
        "digest",
        "reproducible",
        "wall_seconds",
    ]
    assert found["kpis"] == json.loads(Path("r/kpis.json").read_text())
    assert "no violation" in printed.err


def test_settings_and_disturbances_are_heeded(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Both flags take several values at once, and what they say happens."""
    argv = ["run", *SHORT, "--json", "--set", "vehicles=1", "mtbf=100", "--disturb"]
    argv += ["break:turn1:2 h@3 h", "rush:flange:qty=2:due=4 h@2 h", "--out", "r"]
    assert run.main(argv) == 0
    capsys.readouterr()
    lines = Path("r/trace.jsonl").read_text().splitlines()
    trace = [json.loads(line) for line in lines[1:]]
    failed = [e for e in trace if e["event"] == "machine_failed"]
    assert [(e["id"], e["t"]) for e in failed] == [("turn1", 3 * 3_600_000)]
    assert any(e["event"] == "order_received" and e["id"] == "R1" for e in trace)
    assert {e["id"] for e in trace if e["event"] == "drive_started"} == {"agv-1"}


def test_bare_command_runs_electronics(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a command the electronics plant is run under the hybrid policy."""
    asked: list[tuple[str, str, int]] = []

    def instead(scenario: object, *_: object) -> None:
        asked.append((scenario.world.name, scenario.policy.name, scenario.seed))  # type: ignore[attr-defined]
        raise KeyboardInterrupt

    monkeypatch.setattr("studies.run.run", instead)
    monkeypatch.setattr("studies.build.compile_scheduler", lambda: None)
    assert run.main([]) == 130
    assert asked == [("electronics", "hybrid", 1)]
    assert capsys.readouterr().err == "interrupted\n"


def test_compare_prints_a_table_and_json(capsys: pytest.CaptureFixture[str]) -> None:
    """Policies are compared by pairs, and told as CONTRACTS says."""
    argv = ["compare", "cell", "--policies", "rule,rule:FIFO", "--days", "0.4"]
    argv += ["--replications", "2", "--seed", "5"]
    assert run.main(argv) == 0
    assert "less rule" in capsys.readouterr().out
    assert run.main([*argv, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert list(found) == [
        "world",
        "days",
        "replications",
        "seeds",
        "reference",
        "kpis",
        "warm_up",
        "reproducible",
        "stopping",
    ]
    assert found["seeds"] == [5, 6]
    kpi = found["kpis"]["flow_time"]
    assert set(kpi["values"]) == {"rule", "rule:FIFO"}
    assert list(kpi["difference"]["rule:FIFO"]) == [
        "mean",
        "low",
        "high",
        "percent_mean",
        "percent_low",
        "percent_high",
        "bootstrap_low",
        "bootstrap_high",
        "bootstrap_percent_low",
        "bootstrap_percent_high",
        "unpaired_low",
        "unpaired_high",
        "p",
        "p_holm",
    ]


def test_solve_writes_a_plan_that_check_passes(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """An instance is solved, its plan written, drawn and found possible."""
    argv = ["solve", "ft06", "--plan", "p.json", "--gantt", "g.svg", "--json"]
    assert run.main(argv) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["status"], found["makespan"]) == ("optimal", 55)
    assert list(found) == [
        "instance",
        "status",
        "objective",
        "value",
        "makespan",
        "completion",
        "lower_bound",
        "seconds",
        "engines",
    ]
    assert "<svg" in Path("g.svg").read_text()
    assert run.main(["check", "ft06", "p.json"]) == 0
    assert "no violation" in capsys.readouterr().out


def test_check_takes_a_folder_called_like_an_instance(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """What is there goes before what comes with Holofab."""
    assert run.main(["run", *SHORT, "--out", "ft06"]) == 0
    capsys.readouterr()
    assert run.main(["check", "ft06"]) == 0
    assert "no violation" in capsys.readouterr().out


def test_blanks_between_criteria_do_not_matter(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A list is quoted as one likes."""
    argv = ["solve", "ft06", "--objective", " makespan , flow ", "--json"]
    assert run.main(argv) == 0
    assert json.loads(capsys.readouterr().out)["makespan"] == 55


def test_check_tells_what_is_wrong_with_a_plan(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """An impossible plan ends with exit code 1 and a list."""
    run.main(["solve", "ft06", "--plan", "p.json"])
    plan = json.loads(Path("p.json").read_text())
    plan["operations"][-1]["start"] -= 1
    plan["operations"][-1]["end"] -= 1
    Path("p.json").write_text(json.dumps(plan))
    capsys.readouterr()
    assert run.main(["check", "ft06", "p.json"]) == 1
    assert "violation" in capsys.readouterr().out


def test_check_tells_what_is_wrong_with_a_run(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A record that cannot be true ends with exit code 1 and a list."""
    from hashlib import sha256

    run.main(["run", *SHORT, "--out", "r"])
    trace = Path("r/trace.jsonl")
    lines = trace.read_text().splitlines(keepends=True)
    trace.write_text("".join(x for x in lines if '"operation_finished"' not in x))
    about = json.loads(Path("r/run.json").read_text())
    about["digest"] = sha256(trace.read_bytes()).hexdigest()
    Path("r/run.json").write_text(json.dumps(about))
    capsys.readouterr()
    assert run.main(["check", "r"]) == 1
    assert "violations" in capsys.readouterr().out


@pytest.mark.parametrize("suffix", ["json", "sqlite"])
def test_export(capsys: pytest.CaptureFixture[str], suffix: str) -> None:
    """A run folder is exported as an object-centric event log."""
    run.main(["run", *SHORT, "--out", "r"])
    assert run.main(["export", "r", "--ocel", f"log.{suffix}"]) == 0
    assert Path(f"log.{suffix}").stat().st_size > 10_000
    capsys.readouterr()


def test_worlds_lists_shows_copies_and_checks(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Shipped worlds are listed and copied, a file is checked, a schema is given."""
    assert run.main(["worlds"]) == 0
    listed = capsys.readouterr().out
    assert "electronics" in listed
    assert "ft06" in listed
    assert run.main(["worlds", "--copy", "cell", "mine.toml"]) == 0
    assert Path("mine.toml").read_text(encoding="utf-8") == CELL
    assert run.main(["worlds", "--check", "mine.toml"]) == 0
    assert "is fine" in capsys.readouterr().out
    assert run.main(["worlds", "--schema"]) == 0
    assert "$schema" in json.loads(capsys.readouterr().out)


def test_keys_can_be_set(capsys: pytest.CaptureFixture[str]) -> None:
    """What `keys` lists for the scenario and a machine, --set takes."""
    assert run.main(["keys", "cell"]) == 0
    lines = capsys.readouterr().out.splitlines()
    heads = ("vehicles", "world.machines.turn1.", "policy", "planner.")
    wanted = [x for x in lines if x.startswith(heads)]
    assert len(wanted) > 20
    settings = [line.replace(" = ", "=", 1) for line in wanted]
    argv = ["run", "cell", "--out", "r", "--set", *settings, "days=0.2"]
    assert run.main(argv) == 0


def test_help_needs_no_reading_of_worlds(capsys: pytest.CaptureFixture[str]) -> None:
    """Help is printed, and is no error."""
    assert run.main(["--help"]) == 0
    assert "compare" in capsys.readouterr().out


# -- bad input -----------------------------------------------------------------------


def test_truncated_instance(capsys: pytest.CaptureFixture[str]) -> None:
    """An instance file that breaks off is refused, naming the line."""
    Path("half.txt").write_bytes(path_of("ft06").read_bytes()[:40])
    assert "half.txt: line 3" in refused(capsys, "run", "half.txt")
    assert "half.txt: line 3" in refused(capsys, "solve", "half.txt")


def test_world_of_a_million_machines(capsys: pytest.CaptureFixture[str]) -> None:
    """A world larger than can be meant is refused."""
    machines = "".join(f'[[machines]]\nid = "m{i}"\n' for i in range(1_000_000))
    Path("huge.toml").write_text(CELL + machines, encoding="utf-8")
    assert "huge.toml: expected" in refused(capsys, "run", "huge.toml")


def test_world_of_eleven_thousand_machines(capsys: pytest.CaptureFixture[str]) -> None:
    """A file that is small enough may still hold too many machines."""
    machines = "".join(f'[[machines]]\nid = "m{i}"\n' for i in range(11_000))
    Path("big.toml").write_text(CELL + machines, encoding="utf-8")
    assert "machines" in refused(capsys, "run", "big.toml")


@pytest.mark.parametrize("out", ["file/run", "file"])
def test_unwritable_folder(capsys: pytest.CaptureFixture[str], out: str) -> None:
    """A folder that cannot be is refused before anything is run."""
    Path("file").write_text("mine")
    assert f"{out}: " in refused(capsys, "run", *SHORT, "--out", out)
    assert Path("file").read_text() == "mine"


def test_folder_that_is_no_run_folder(capsys: pytest.CaptureFixture[str]) -> None:
    """Somebody's folder is not replaced."""
    Path("mine").mkdir()
    Path("mine/run.json").write_text("{}")
    assert "no run folder" in refused(capsys, "run", *SHORT, "--out", "mine")
    assert os.listdir("mine") == ["run.json"]


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (("run", "nowhere.toml"), "nowhere.toml: there is no such file"),
        (("run", "electronic"), 'did you mean "electronics"?'),
        (("run", "cell", "--polcy", "rule"), "--policy"),
        (("run",), "Missing argument"),
        (("rum", "cell"), "No such command 'rum'"),
        (("run", "cell", "--seed", "1.5"), "--seed"),
        (("run", "cell", "--set", "vehicle=3"), 'did you mean "vehicles"?'),
        (
            ("run", "cell", "--set", "world.machines.turn1.pac=2"),
            'did you mean "world.machines.turn1.pace"?',
        ),
        (("run", "cell", "--set", "load"), "expected KEY=VALUE"),
        (("run", "cell", "--set", "planner=5"), "expected planner.X"),
        (("run", "cell", "--set", "load=1e9"), "at most 10000"),
        (("solve", "EX11", "--plan", "x", "--gantt", "x"), "another file"),
        (("compare", "cell", "--policies", "rule", "--kpi", "oee.mil"), "oee.mill"),
        (("run", "cell", "--set", "load=1e999"), "load"),
        (("run", "cell", "--set", "world.machines.turn1.pace=nan"), "pace"),
        (("run", "cell", "--policy", "hybird"), "did you mean hybrid?"),
        (("run", "cell", "--policy", "rule:XYZ"), "rule:XYZ"),
        (("run", "cell", "--disturb", "brake:turn1:2 h@1 h"), 'did you mean "break"?'),
        (("run", "cell", "--disturb", "break:turn9:2 h@1 h"), 'did you mean "turn1"?'),
        (("run", "cell", "--disturb", "break:turn1:2 h"), "@"),
        (("run", "cell", "--days", "-1"), "days: -1"),
        (("run", "cell", "--days", "0"), "days: 0"),
        (("run", "cell", "--days", "1e9"), "days: 1000000000"),
        (("run", "cell", "--days", "1e999"), "days: inf"),
        (("run", "cell", "--days", "nan"), "days: nan"),
        (("run", "cell", "--seed", "-1"), "seed: -1"),
        (("run", "cell", "--seed", "9" * 40), "seed: 9"),
        (("compare", "cell", "--policies", "rule,rule"), "each once"),
        (("compare", "cell", "--policies", "rule,best"), "'best'"),
        (("compare", "cell", "--policies", ""), "--policies: ''"),
        (
            ("compare", "cell", "--policies", "rule", "--replications", "0"),
            "--replications: 0",
        ),
        (
            ("compare", "cell", "--policies", "rule", "--set", "seed=3"),
            "--seed",
        ),
        (
            ("compare", "cell", "--policies", "rule", "--days", "1", "--set", "days=2"),
            "--set: days: expected --days instead",
        ),
        (("solve", "cell"), "expected an instance"),
        (("solve", "ft06", "--seconds", "-1"), "--seconds: -1"),
        (("solve", "ft06", "--seconds", "nan"), "--seconds: nan"),
        (("solve", "ft06", "--seconds", "1", "--budget", "1"), "not both"),
        (("solve", "ft06", "--workers", "0"), "--workers: 0"),
        (("solve", "ft06", "--gantt", "picture.gif"), ".png"),
        (("solve", "ft06", "--plan", "no/such/folder.json"), "cannot be written"),
        (("check", "nowhere"), "nowhere: is no folder"),
        (("check", "ft06", "nowhere.json"), "nowhere.json: there is no such file"),
        (("export", "nowhere", "--ocel", "x.json"), "nowhere"),
        (("worlds", "--copy", "cel", "x.toml"), 'did you mean "cell"?'),
        (("worlds", "--check", "nowhere.toml"), "nowhere.toml"),
        (("worlds", "--schema", "--copy", "cell", "x.toml"), "--schema, --copy and"),
        (("keys", "nowhere"), "nowhere"),
        (("view", "nowhere"), "nowhere"),
        (("view", "cell", "--host", "0.0.0.0"), "expected a --token"),
        (("view", "cell", "--host", "::", "--token", "a" * 16), "--tls-cert"),
        (("view", "cell", "--token", "short"), "at least 16"),
        (("view", "cell", "--port", "0"), "--port: 0"),
        (("view", "cell", "--tls-cert", "no.pem"), "together with --tls-key"),
        (("view", "cell", "--policy", "hybird"), "did you mean hybrid?"),
        (("view", "cell", "--disturb", "lose:2:1 h@1 h"), "expected a share"),
        (("run", "a\0b"), "no such file"),
        (("run", *SHORT, "--set", "policy=planned"), "--policy too"),
        (("run", *SHORT, "--set", "days=1"), "--days too"),
        (("run", *SHORT, "--set", "world.days=1"), "what --days sets"),
        (("view", "cell", "--seed", "1", "--set", "seed=1"), "--seed too"),
        (("run", *SHORT, "--out", "x" * 5000), "cannot be written"),
    ],
)
def test_bad_arguments(
    capsys: pytest.CaptureFixture[str], argv: tuple[str, ...], said: str
) -> None:
    """What cannot be meant is refused in one sentence that says what was expected."""
    assert said in refused(capsys, *argv)
    assert os.listdir() == []


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("cost_per_hour = 45.0", "cost_per_hour = 1e999", "turn1.cost_per_hour: inf"),
        ("cost_per_hour = 45.0", "cost_per_hour = nan", "turn1.cost_per_hour: nan"),
        ("2026-01-05T06:00:00Z", "2026-02-30T06:00:00Z", "line 6"),
        ("2026-01-05T06:00:00Z", '"tomorrow"', "start: "),
        ("[floor]", f"x = {'[' * 100_000}{']' * 100_000}\n[floor]", "nested deeper"),
        ("[floor]", f"{'a.' * 100_000}b = 1\n[floor]", "nested deeper"),
    ],
)
def test_bad_world_files(
    capsys: pytest.CaptureFixture[str], old: str, new: str, said: str
) -> None:
    """Numbers that are none, dates that are none and bottomless files are refused."""
    Path("bad.toml").write_text(CELL.replace(old, new, 1), encoding="utf-8")
    assert said in refused(capsys, "run", "bad.toml")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("[" * 100_000, "nested deeper"),
        ('{"format": NaN}', "format"),
        ('{"format": 1e999}', "format"),
        ('{"format": 1}', "is missing"),
        ("", "is not JSON"),
    ],
)
def test_bad_plan_files(
    capsys: pytest.CaptureFixture[str], content: str, said: str
) -> None:
    """What is no plan file is refused."""
    Path("p.json").write_text(content)
    assert said in refused(capsys, "check", "ft06", "p.json")


def test_plan_of_another_instance(capsys: pytest.CaptureFixture[str]) -> None:
    """A plan is held against its own instance only."""
    run.main(["solve", "ft06", "--plan", "p.json"])
    capsys.readouterr()
    assert "p.json: instance" in refused(capsys, "check", "la01", "p.json")


# -- endings -------------------------------------------------------------------------


_started: list[subprocess.Popen[str]] = []


def started(*argv: str, **more: object) -> subprocess.Popen[str]:
    """Start the command line as a user does, who can interrupt it.

    Where tests run in the background, a shell has Ctrl-C ignored by all they start.
    """
    process: subprocess.Popen[str] = subprocess.Popen(  # type: ignore[call-overload]
        [sys.executable, str(ROOT / "run.py"), *argv],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=partial(signal.signal, signal.SIGINT, signal.default_int_handler),
        **more,
    )
    _started.append(process)
    return process


@pytest.fixture(autouse=True)
def nothing_goes_on() -> Iterator[None]:
    """End what a failed test has left running: it would take a core for hours."""
    yield
    while _started:
        process = _started.pop()
        process.kill()
        process.communicate()


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)]
)
def test_a_signal_leaves_nothing_half_written(
    number: signal.Signals, code: int, tmp_path: Path
) -> None:
    """Ctrl-C and kill end a run; the folder is the old one, whole."""
    assert run.main(["run", *SHORT, "--out", "out/r"]) == 0
    before = Path("out/r/run.json").read_bytes()
    argv = ("run", "cell", "--policy", "rule", "--days", "3000", "--out", "out/r")
    process = started(*argv, cwd=tmp_path)
    time.sleep(4)
    assert process.poll() is None
    process.send_signal(number)
    out, err = process.communicate(timeout=30)
    assert process.returncode == code
    assert out == ""
    assert "Traceback" not in err
    assert os.listdir("out") == ["r"]
    assert Path("out/r/run.json").read_bytes() == before


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_signal_ends_a_busy_solver(tmp_path: Path, workers: str) -> None:
    """Ctrl-C is heard although CP-SAT is deep in code of its own, and not by force."""
    argv = ("solve", "ft10", "--seconds", "300", "--workers", workers)
    process = started(*argv, cwd=tmp_path)
    time.sleep(6)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out, err) == (130, "", "interrupted\n")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_log_may_be_full(monkeypatch: pytest.MonkeyPatch) -> None:
    """What cannot be told is no reason to stop."""
    monkeypatch.setattr(progress, "EVERY", 0.0)
    with open("/dev/full", "w") as full, monkeypatch.context() as patch:
        patch.setattr(sys, "stderr", full)
        assert run.main(["run", *SHORT, "--out", "out/r", "--json"]) == 0
    assert Path("out/r/run.json").exists()


def test_a_reader_may_go_away(tmp_path: Path) -> None:
    """A closed pipe is no error of anybody's."""
    process = started("keys", "electronics", cwd=tmp_path)
    assert process.stdout is not None
    process.stdout.close()
    _, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (0, "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_is_told(tmp_path: Path) -> None:
    """Output that cannot be written is said in one sentence."""
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, str(ROOT / "run.py"), "worlds"],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            cwd=tmp_path,
            check=False,
        )
    assert done.returncode == 2
    assert done.stderr.startswith("error: ")
    assert done.stderr.count("\n") == 1


def test_a_plan_never_costs_its_instance(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Neither the file nor its travel times; links are followed, pipes refused."""
    for name in ("fjsp1.txt", "fjsp1.layout.txt"):
        content = path_of("fjsp1").with_name(name).read_bytes()
        (tmp_path / name).write_bytes(content)
        said = refused(capsys, "solve", "fjsp1.txt", "--plan", name)
        assert f"{name}: is read here, expected another file" in said
        assert (tmp_path / name).read_bytes() == content
    os.mkfifo("pipe")
    said = refused(capsys, "solve", "kacem1", "--plan", "pipe")
    assert "pipe: is no plain file" in said
    os.symlink("real.json", "link.json")
    assert run.main(["solve", "kacem1", "--plan", "link.json"]) == 0
    assert Path("link.json").is_symlink()
    assert json.loads(Path("real.json").read_text())["makespan"] == 11


def test_an_export_never_costs_its_run(capsys: pytest.CaptureFixture[str]) -> None:
    """The log is not written over the run it is made of."""
    run.main(["run", *SHORT, "--out", "done"])
    capsys.readouterr()
    said = refused(capsys, "export", "done", "--ocel", "done/run.json")
    assert "done/run.json: is read here" in said


def test_check_asks_for_a_plan(capsys: pytest.CaptureFixture[str]) -> None:
    """An instance alone is nothing to check."""
    said = refused(capsys, "check", "EX11")
    assert "EX11: is no run folder; expected one, or an instance and a plan" in said

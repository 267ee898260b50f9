"""The control room under load: frames a second, data a second, memory.

60 machines and 100 vehicles in headless Chromium::

    pip install -e '.[browser]' && python benchmarks/page.py

It says how many pictures a second the browser draws while vehicles glide, how much data
reaches it a second at ten updates a second, how much simulated time passes, and how
much memory the server keeps after many tabs were opened and closed (``--tabs 50``).
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "dashboard")]

COUNT = """(ms) => new Promise(done => {
  let n = 0, begun = performance.now(), last = begun, longest = 0;
  const draw = (now) => {
    n++; longest = Math.max(longest, now - last); last = now;
    if (now - begun < ms) requestAnimationFrame(draw);
    else done([1000 * n / (now - begun), longest]);
  };
  requestAnimationFrame(draw);
})"""


def large_world(machines: int = 60, vehicles: int = 100) -> str:
    """Return the world file of a large shop: a grid of machines, lanes between them."""
    columns = 10
    rows = -(-machines // columns)
    nodes = ['{ id = "store", at = [-16, 0], kind = "store" }']
    nodes.append('{ id = "out", at = [-16, 16], kind = "dock" }')
    nodes += [
        f'{{ id = "p{k}", at = [{16 * k}, -12], kind = "parking" }}' for k in range(10)
    ]
    lanes = ['{ between = ["store", "n0"] }', '{ between = ["out", "n0"] }']
    lanes += [f'{{ between = ["p{k}", "n{k}"] }}' for k in range(10)]
    lines = []
    for i in range(rows * columns):
        row, column = divmod(i, columns)
        nodes.append(
            f'{{ id = "n{i}", at = [{16 * column}, {12 * row}], kind = "station" }}'
        )
        if column:
            lanes.append(f'{{ between = ["n{i - 1}", "n{i}"] }}')
        if row:
            lanes.append(f'{{ between = ["n{i - columns}", "n{i}"] }}')
    for i in range(machines):
        lines.append(
            f'[[machines]]\nid = "M{i + 1}"\nwork_center = "w{i % 6}"\n'
            f'node = "n{i}"\ncapabilities = ["c{i % 6}"]\n'
        )
    steps = "".join(
        f'  [[products.steps]]\n  id = "s{k}"\n  capability = "c{k}"\n'
        '  time = "3 min"\n'
        for k in range(6)
    )
    return (
        'format = 1\nname = "large"\ntitle = "Large shop"\n'
        "start = 2026-01-05T06:00:00Z\ndays = 2.0\n"
        f"[floor]\nnodes = [{', '.join(nodes)}]\nlanes = [{', '.join(lanes)}]\n"
        + "".join(lines)
        + f'[[vehicles]]\nid = "agv"\ncount = {vehicles}\nspeed = "0.4 m/s"\n'
        'load = "10 s"\nunload = "10 s"\nhome = ["p0", "p2", "p4", "p6", "p8"]\n'
        f'[[products]]\nid = "part"\n{steps}'
        "[demand]\norders_per_day = 3600\n"
        '[[demand.customers]]\nid = "all"\nslack = { law = "fixed", value = "8 h" }\n'
        '[[docks]]\nid = "dock"\nnode = "out"\n'
    )


def megabytes(pid: int) -> float:
    """Return the resident memory of a process."""
    text = Path(f"/proc/{pid}/status").read_text()
    return int(text.partition("VmRSS:")[2].split()[0]) / 1024


def measure(browser: Any, url: str, speed: str, seconds: float) -> None:
    """Print what a tab takes at a speed."""
    from browser import Watched

    watched = Watched(browser, viewport={"width": 1920, "height": 1080})
    watched.open(url)
    watched.page.wait_for_function(
        "() => document.querySelectorAll('.hf-load').length > 10", timeout=120_000
    )
    watched.page.select_option(".hf-bar select >> nth=0", speed)
    watched.page.wait_for_timeout(2000)
    read = "() => document.querySelector('.hf-bar input[type=range]').value"
    begun, sent = float(watched.page.evaluate(read)), watched.received
    rate, longest = watched.page.evaluate(COUNT, seconds * 1000)
    simulated = (float(watched.page.evaluate(read)) - begun) / 1000
    data = (watched.received - sent) / seconds / 1000
    print(
        f"{'speed ' + speed:12}{rate:14.1f}{longest:14.0f}{data:12.1f}"
        f"{simulated / seconds:18.1f}"
    )
    assert not watched.errors, watched.errors
    watched.page.close()


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--policy", default="negotiated")
    parser.add_argument("--tabs", type=int, default=0, help="opened and closed")
    options = parser.parse_args()
    from browser import FLAGS, chromium, served
    from playwright.sync_api import sync_playwright

    with TemporaryDirectory() as folder, sync_playwright() as driver:
        world = Path(folder) / "large.toml"
        world.write_text(large_world())
        browser = driver.chromium.launch(executable_path=chromium(), args=list(FLAGS))
        print("60 machines, 100 vehicles, 1920 x 1080, policy", options.policy)
        print(f"{'':12}{'pictures/s':>14}{'longest, ms':>14}{'kB/s':>12}", end="")
        print(f"{'simulated s/s':>18}")
        with served(str(world), "--policy", options.policy) as (url, _):
            for speed in ("10", "60", "300"):
                measure(browser, url, speed, options.seconds)
        if options.tabs:
            memory(browser, options.tabs)
        browser.close()


def memory(browser: Any, tabs: int) -> None:
    """Print the server's memory while tabs come and go."""
    from browser import Watched, served

    with served("cell") as (url, pid):
        for n in range(1, tabs + 1):
            watched = Watched(browser)
            watched.open(url)
            watched.page.wait_for_timeout(500)
            watched.page.close()
            if n in (1, 5, 10) or n % 10 == 0:
                print(f"after {n:3} tabs: {megabytes(pid):7.1f} MB")


if __name__ == "__main__":
    main()

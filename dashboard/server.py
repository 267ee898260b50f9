"""Serves the control room."""

from __future__ import annotations

import os
import signal
import ssl
import warnings
import webbrowser
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from threading import Timer
from types import FrameType

from agents.scenario import Scenario
from dashboard.gate import Address, Gate
from kernel.errors import BadInput

#: What the page needs beside Holofab, and how to get it.
NEEDED = ("solara", "uvicorn", "solara_assets")
INSTALL = "pip install -e '.[view]'"
#: A page that has lost its connection for so long is closed with its factory.
CULL = "60s"


def application(scenario: Scenario, choices: tuple[str, ...], address: Address) -> Gate:
    """Return the web application: the page behind its gate.

    Raises
    ------
    BadInput
        If what the page needs is not installed.
    """
    missing = [name for name in NEEDED if find_spec(name) is None]
    if missing:
        problem = f"{', '.join(missing)} not found, expected after: {INSTALL}"
        raise BadInput("view", "", problem)
    _set_up_solara()
    from dashboard import page

    page.opening = page.Opening(scenario=scenario, choices=choices)
    from solara.server import starlette

    vars(starlette)["get_path"] = installed
    return Gate(starlette.app, address)


def installed(base: Path, path: str) -> Path:
    """Return where a file is that comes with Solara.

    In the place of Solara's own, which fetches from the Internet what is missing, and
    deletes the folder that somebody asks for as if it were a file.

    Raises
    ------
    FileNotFoundError
        If it is not there.
    """
    root = base.resolve()
    found = (root / path).resolve()
    if not (found.is_relative_to(root) and found.is_file()):
        raise FileNotFoundError(path)
    return found


def _set_up_solara() -> None:
    """Have Solara stay quiet, offline and alone; it reads these when imported."""
    # What it would tell everybody who comes by plain HTTP from this machine.
    warnings.filterwarnings("ignore", message="Cookies with samesite=none")
    os.environ |= {
        "SOLARA_APP": "dashboard.page",
        "SOLARA_MODE": "production",
        "SOLARA_TELEMETRY_MIXPANEL_ENABLE": "False",
        "SOLARA_THEME_SHOW_BANNER": "False",
        "SOLARA_THEME_LOADER": "plain",
        "SOLARA_THEME_TITLE": "Holofab",
        "SOLARA_ASSETS_FONTAWESOME_ENABLED": "False",
        "SOLARA_STORAGE_MUTATION_DETECTION": "False",
        "SOLARA_KERNEL_CULL_TIMEOUT": CULL,
    }


def serve(
    scenario: Scenario,
    choices: tuple[str, ...],
    address: Address,
    *,
    browse: bool,
    say: Callable[[str], None],
) -> None:
    """Serve the control room until interrupted.

    Parameters
    ----------
    scenario
        What every new tab begins with.
    choices
        Names of the worlds that may be chosen.
    browse
        Whether to open a browser.
    say
        Tells people where to look.

    Raises
    ------
    BadInput
        If the address is not safe or not free, or something is not installed.
    """
    address.refuse_unsafe()
    app = application(scenario, choices, address)
    import uvicorn

    config = uvicorn.Config(
        app,
        host=address.host,
        port=address.port,
        log_level="warning",
        ssl_certfile=address.certificate,
        ssl_keyfile=address.key,
        proxy_headers=address.behind_proxy,
        timeout_graceful_shutdown=3,
    )
    try:
        config.load()
    except ssl.SSLError as flaw:
        raise BadInput("--tls-cert", "", f"with its key: {flaw}") from None
    try:
        listening = config.bind_socket()
    except SystemExit:  # uvicorn's way to say so
        where = f"{address.host}:{address.port}"
        raise BadInput("--port", "", f"{where} cannot be listened at") from None
    say(f"The control room is at {address.url} (Ctrl-C ends it).")
    if browse:
        Timer(1.0, webbrowser.open, (address.url,)).start()
    caught: list[int] = []

    class Server(uvicorn.Server):
        def handle_exit(self, sig: int, frame: FrameType | None) -> None:
            caught.append(sig)
            super().handle_exit(sig, frame)

    Server(config).run(sockets=[listening])
    # Signals are blocked (studies.interrupt), so that uvicorn's own does not come.
    if caught:
        if caught[0] == signal.SIGINT:
            raise KeyboardInterrupt
        raise SystemExit(128 + caught[0])

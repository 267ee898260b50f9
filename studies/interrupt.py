"""Signals heeded even while a solver is busy in its own code."""

from __future__ import annotations

import os
import signal
from _thread import interrupt_main
from threading import Thread

#: Seconds a signal gives the program to end, before it is ended by force.
PATIENCE = 5.0


def heed_signals() -> None:
    """Have SIGINT raise ``KeyboardInterrupt``, SIGTERM and SIGHUP ``SystemExit``.

    CP-SAT puts handlers of its own in place of Python's while it works, and takes away
    both when it is done. So the signals are blocked, and a thread waits for them.
    Whoever is too busy to hear, or gets a second signal, is ended by force; a folder or
    file that is being written then stays what it was.
    """
    if not hasattr(signal, "pthread_sigmask"):
        return
    signals = [signal.SIGTERM, signal.SIGHUP, signal.SIGINT]
    heeded = {s for s in signals if signal.getsignal(s) is not signal.SIG_IGN}
    for number in heeded - {signal.SIGINT}:
        signal.signal(number, _terminate)
    signal.pthread_sigmask(signal.SIG_BLOCK, heeded)
    Thread(target=_wait, args=(heeded,), daemon=True).start()


def _terminate(number: int, _: object) -> None:
    raise SystemExit(128 + number)


def _wait(heeded: set[signal.Signals]) -> None:
    number = signal.Signals(signal.sigwait(heeded))
    interrupt_main(number)
    signal.sigtimedwait(heeded, PATIENCE)
    os._exit(128 + number)

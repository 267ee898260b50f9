"""How urgent an operation is: the formulas of the dispatching rules, in one place.

The compiled dispatch and the agents, who choose among the parts at hand one at a time,
use the same function. Panwalkar & Iskander (1977) survey such rules; ATC, apparent
tardiness cost, is Vepsalainen & Morton's (1987), with the set-up term of Lee, Bhaskaran
& Pinedo (1997), here with one scale for all times; MOD is Baker & Bertrand's (1982),
COVERT Carroll's (1965).
"""

from __future__ import annotations

from math import log

#: Formulas by name, positions of which the compiled code knows.
FIFO, SPT, EDD, WSPT, ATC, MWKR, LPT, MOD, CR, COVERT = range(10)
#: A rule as a vector.
FORMULA, K, SETUP_WEIGHT, WAIT_WEIGHT, LOOK_AHEAD = range(5)


def urgency(
    formula: int,
    k: float,
    setup_weight: float,
    wait_weight: float,
    weight: float,
    duration: float,
    slack: float,
    tail: float,
    ready: float,
    due: float,
    setup: float,
    wait: float,
    typical: float,
) -> float:
    """Return how urgent an operation is; the larger, the sooner.

    ATC is taken as a logarithm, ``log(w / p) - max(0, slack) / (k typical)``: it orders
    operations as the original does. A set-up and a wait of the machine lower the
    urgency by their length in typical durations, times their weights.

    Parameters
    ----------
    formula
        FIFO; SPT, LPT: shortest, longest processing time; EDD: earliest due date;
        MOD: the later of the operation's due date and its earliest end; CR: critical
        ratio, time left to work left; MWKR: most work remaining; WSPT, ATC, COVERT:
        cost over time, the latter two with slack.
    k
        Look-ahead of ATC, in typical durations; of COVERT, in remaining work: the
        slack from which a job is in no hurry.
    weight
        What a ms of tardiness costs.
    duration, tail
        Of the operation; of the least work from its start to the job's end, ms.
    slack
        What remains until ``due`` when ``tail`` is taken off, ms.
    ready
        When the last part it needs was or will be made, ms.
    setup, wait
        What the machine must be set up, and would stand idle waiting for the part, ms.
    typical
        Typical duration of operations, ms: the unit of all terms.
    """
    if formula == FIFO:
        value = -ready / typical
    elif formula == SPT:
        value = -duration / typical
    elif formula == EDD:
        value = -due / typical
    elif formula == MWKR:
        value = tail / typical
    elif formula == LPT:
        value = duration / typical
    elif formula == MOD:
        value = -(max(0.0, slack) + duration) / typical
    elif formula == CR:
        value = -(slack + tail) / max(tail, 1.0)
    else:
        value = log(max(weight, 1e-9) / max(duration / typical, 1e-3))
        if formula == ATC:
            value -= max(0.0, slack) / (k * typical)
        elif formula == COVERT:
            hurry = 1.0 - max(0.0, slack) / max(k * tail, 1.0)
            value += log(max(hurry, 1e-9))
    return value - (setup_weight * setup + wait_weight * wait) / typical

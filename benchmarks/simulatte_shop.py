"""The job shop of `jobshop.py` in Simulatte; runs in an environment of its own.

Reads the shop from standard input, prints what it took. Simulatte's fastest way:
nobody observes, nothing is recorded, no metrics; with a path as argument it records
its full trace there, as Holofab always does.
"""

from __future__ import annotations

import json
import resource
import sys
from time import process_time

from simulatte.distributions import Exponential
from simulatte.environment import Environment
from simulatte.router import Router
from simulatte.server import Server
from simulatte.shopfloor import ShopFloor
from simulatte.trace import TraceRecorder


def main() -> None:
    """Build the shop, run it, count."""
    given = json.load(sys.stdin)
    shop, minutes = given["shop"], given["hours"] * 60.0
    env = Environment(seed=shop["seed"])
    floor = ShopFloor(env=env, default_metrics=False)
    servers = [
        Server(env=env, capacity=1, shopfloor=floor, name=f"M{i}")
        for i in range(shop["machines"])
    ]
    kinds = {f"P{i}": routing for i, routing in enumerate(shop["routings"])}
    Router(
        env=env,
        shopfloor=floor,
        servers=servers,
        psp=None,
        inter_arrival_distribution=Exponential(shop["per_minute"]),
        sku_distributions=dict.fromkeys(kinds, 1 / len(kinds)),
        sku_routings={kind: [servers[i] for i in kinds[kind]] for kind in kinds},
        sku_service_times={
            kind: {servers[i]: Exponential(1.0) for i in kinds[kind]} for kind in kinds
        },
        due_date_offset_distribution=dict.fromkeys(kinds, 1440.0),
    )
    recorder = TraceRecorder(env, sys.argv[1]) if len(sys.argv) > 1 else None
    began = process_time()
    env.run(until=minutes)
    if recorder is not None:
        env.close()
    cpu = process_time() - began
    done = floor.jobs_done
    times = [job.finished_at - job.created_at for job in done]
    answer = {
        "operations": sum(len(kinds[job.sku]) for job in done),
        "cpu": cpu,
        "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss,
        "flow_minutes": sum(times) / max(1, len(times)),
    }
    print(json.dumps(answer))


if __name__ == "__main__":
    main()

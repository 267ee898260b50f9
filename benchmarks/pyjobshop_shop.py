"""A shop without vehicles in PyJobShop; runs in an environment of its own.

Reads the shop and the seconds from standard input; prints, for each operation, its
machine and its start, or null without a plan. The objective is weighted tardiness.
"""

from __future__ import annotations

import json
import sys

from pyjobshop import Model


def main() -> None:
    """Build the shop, solve it, print the plan."""
    given = json.load(sys.stdin)
    model = Model()
    machines = [model.add_machine() for _ in given["machines"]]
    jobs = [model.add_job(weight=w, due_date=due) for w, due in given["jobs"]]
    tasks = []
    modes = []
    able: list[list[int]] = [[] for _ in machines]
    for o, operation in enumerate(given["operations"]):
        task = model.add_task(job=jobs[operation["job"]])
        tasks.append(task)
        for machine, duration in operation["modes"]:
            model.add_mode(task, machines[machine], duration)
            modes.append(machine)
            able[machine].append(o)
        for before in operation["after"]:
            model.add_end_before_start(tasks[before], task)
    families = [operation["family"] for operation in given["operations"]]
    for m, has_setups in enumerate(given["machines"]):
        for a in able[m] if has_setups else ():
            for b in able[m]:
                time = given["setup"][families[a]][families[b]]
                if a != b and time:
                    model.add_setup_time(machines[m], tasks[a], tasks[b], time)
    model.set_objective(weight_total_tardiness=1)
    result = model.solve(
        time_limit=given["seconds"], display=False, num_workers=given["workers"]
    )
    found = None
    if result.best is not None and result.best.tasks:
        found = [(modes[task.mode], task.start) for task in result.best.tasks]
    print(json.dumps(found))


if __name__ == "__main__":
    main()

"""What is open: the operations still to be done, and the parts they need.

These records are the papers that travel with the work (the route card of a shop).
The order agent writes them; whoever is asked for, or holds, an operation reads them.
They say what is known, never what will be.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from worlds.products import Route, RouteMode, RouteStep


@dataclass(slots=True, eq=False, kw_only=True)
class Part:
    """A lot, as far as it is known.

    Attributes
    ----------
    at
        The place where it is, or will be put down.
    ready
        When it can be taken from there, or is expected to be (ms).
    working
        It is in an operation.
    passed
        ``step`` is done, and what follows it comes next.
    uncertain
        The operation it is in ends with an inspection that may stop it.
    moving
        A vehicle has been asked to bring it to ``heading``, expected there at ``eta``.
    loaded
        It is on the vehicle.
    """

    lot: str
    kit: Kit
    step: int
    pieces: int
    at: str
    ready: int
    mending: bool = False
    passed: bool = False
    working: bool = False
    uncertain: bool = False
    moving: bool = False
    loaded: bool = False
    heading: str | None = None
    eta: int = 0
    rounds: dict[str, int] = field(default_factory=dict)


@dataclass(slots=True, eq=False, kw_only=True)
class OpenOperation:
    """An operation to be done.

    Attributes
    ----------
    parts
        The lots it works on: one, or those to be assembled as far as they exist.
    tail
        Least time of all that follows it, ms.
    holder
        The machine responsible, if there is one.
    called
        Its parts have slots at the holder, and are there or coming.
    running
        It has been started; ``ends`` is when it is expected to end.
    promised
        When its holder said, being chosen, that it would be done, ms.
    materials
        What it takes from stock when it begins, by the piece: material, quantity.
    """

    id: str
    order: str
    kit: Kit
    lot: str
    step: RouteStep
    modes: tuple[RouteMode, ...]
    pieces: int
    weight: float
    due: int
    tail: int
    opened: int
    family: str | None
    parts: list[Part] = field(default_factory=list)
    complete: bool = True
    holder: str | None = None
    called: bool = False
    running: bool = False
    ends: int = 0
    promised: int = 0
    materials: tuple[tuple[str, int], ...] = ()

    @property
    def needs(self) -> dict[str, int]:
        """What it takes from stock when it begins, by material."""
        needs: dict[str, int] = {}
        for name, per_piece in self.materials:
            needs[name] = needs.get(name, 0) + per_piece * self.pieces
        return needs

    @property
    def purpose(self) -> str:
        """What its material was reserved for."""
        return self.kit.purpose(self.step.index)

    def duration(self, machine: str) -> int:
        """Return the nominal duration on a machine, ms."""
        for mode in self.modes:
            if mode.machine == machine:
                return mode.duration(self.pieces)
        raise KeyError(machine)

    @property
    def ready(self) -> int:
        """When the last of its parts can be taken from where it is, as expected."""
        return max((part.ready for part in self.parts), default=0)


@dataclass(slots=True, eq=False, kw_only=True)
class Kit:
    """What is made together: some pieces of an order, down to the last assembly.

    A kit ends with the step ``root``: the last of the route, or, where scrapped pieces
    of a branch are made again, the last of that branch; then ``parent`` needs them.
    """

    id: str
    order: str
    route: Route
    pieces: int
    root: int
    parent: Kit | None = None
    parts: dict[str, Part] = field(default_factory=dict)
    assemblies: dict[int, OpenOperation] = field(default_factory=dict)
    again: int = 0  # replacements so far
    replaces: Kit | None = None  # whose pieces were lost, behind step `lost_at`
    lost_at: int = 0

    @property
    def root_chain(self) -> str:
        """The chain that bears the kit's id."""
        return self.route.steps[self.root].chain

    def lot_of(self, chain: str) -> str:
        """Return the id of its lot on a chain."""
        return self.id if chain == self.root_chain else f"{self.id}/{chain}"

    def covers(self, step: int) -> bool:
        """Return whether the kit ends at or after this step."""
        return self.route.leads(step, self.root)

    def purpose(self, step: int) -> str:
        """Return what the material for a step was reserved for: "" is the order.

        What is made again has material of its own up to where the pieces were lost;
        from there on it takes what they would have taken.
        """
        kit = self
        while kit.replaces is not None and not self.route.leads(step, kit.lost_at):
            kit = kit.replaces
        return kit.id if kit.replaces is not None else ""

    def starts(self) -> list[RouteStep]:
        """Return the first steps of the kit's branches."""
        return [step for step in self.route.starts if self.covers(step.index)]

    def steps(self) -> list[RouteStep]:
        """Return the steps that end in the kit's last one."""
        return [step for step in self.route.steps if self.covers(step.index)]

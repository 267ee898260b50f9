"""How many replications: a fixed number, or until an interval is narrow enough.

The sequential procedure: after the first replications, one more at a time until the
half-width is what was asked (Chow & Robbins 1965; Law, chapter 9). As it stops when the
spread happens to look small, its intervals cover a little less than they say; a good
number of first replications helps.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

from kernel.errors import BadInput
from measures.kpis import known_kpis
from measures.statistics import (
    FEWEST_RESAMPLED,
    common_difference,
    replications_needed,
)
from studies.compare.comparison import Comparison
from worlds.files import nearest, shown
from worlds.spec import World

MOST_REPLICATIONS = 10_000
#: So many at most if nobody says otherwise, and an end is asked for.
PATIENCE = 100
UNTIL, MOST, KPI = "--until-half-width", "--max-replications", "--kpi"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stopping:
    """When a comparison has enough replications.

    Attributes
    ----------
    first, most
        Replications before the first look and in all; equal: a fixed number.
    kpi
        The one whose differences are to be narrow.
    half_width
        Of the 95 % t-interval of each paired difference; None: not asked for.
    relative
        Whether that is a share of the reference's mean, else in the KPI's unit.
    """

    first: int
    most: int
    kpi: str
    half_width: float | None = None
    relative: bool = True

    def refuse_missing(self, comparison: Comparison) -> None:
        """Refuse a KPI that has no value in some of the runs.

        Raises
        ------
        BadInput
            With the first policy that lacks it.
        """
        for policy in comparison.outcomes:
            if self.kpi not in comparison.kpis[policy]:
                known = nearest(self.kpi, comparison.kpis[policy])
                where = f"under {policy}"
                if comparison.settings:
                    where = f"at {comparison.label} {where}"
                problem = f"has no value in every run {where}{known}"
                raise BadInput(KPI, self.kpi, problem)

    def missing(self, comparison: Comparison) -> int | None:
        """Return the first seed under which some run has no such KPI, if there is one.

        From there on no half-width can be reached.
        """
        runs = zip(*comparison.outcomes.values(), strict=True)
        lacking = (
            seed
            for seed, of in zip(comparison.seeds, runs, strict=True)
            if any(self.kpi not in one.kpis for one in of)
        )
        return next(lacking, None)

    def allowed(self, comparison: Comparison) -> float | None:
        """Return the half-width asked for, in the KPI's unit; None if there is none.

        That is also where it is a share of what the reference lacks.
        """
        if self.half_width is None or not self.relative:
            return self.half_width
        reference = comparison.kpis[comparison.reference].get(self.kpi)
        return self.half_width * abs(fmean(reference)) if reference else None

    def reached(self, comparison: Comparison) -> bool:
        """Return whether there are enough replications: those asked for."""
        count = len(comparison.seeds)
        if self.half_width is None:
            return count >= self.first
        return self.needed(comparison) == count

    def ended(self, comparison: Comparison) -> bool:
        """Return whether more replications are of no use: reached, or never to be."""
        return self.missing(comparison) is not None or self.reached(comparison)

    def width(self, comparison: Comparison, policy: str) -> float | None:
        """Return the half-width of a policy's difference, in the KPI's unit."""
        found = comparison.interval(policy, self.kpi)
        return None if found is None else found.half

    def needed(self, comparison: Comparison) -> int | None:
        """Return how many replications it would take, by what is known of the spread.

        None if it is beyond counting, as where the reference's mean is 0, and where the
        KPI is missing.

        Differences that are all equal, and not 0, have a half-width of 0, which is to
        be believed from six seeds on only: a fair coin that falls to +1 or -1 falls
        alike five times in 6 % of cases, so that no five cover 95 %. Where they are
        all 0 both policies did the same, and two seeds will do.
        """
        if self.half_width is None:
            return len(comparison.seeds)
        allowed, counts = self.allowed(comparison), []
        for policy in comparison.others:
            pairs = comparison.pairs(policy, self.kpi)
            if allowed is None or pairs is None or len(pairs[0]) < 2:
                return None
            differences = [v - r for v, r in zip(*pairs, strict=True)]
            counts.append(replications_needed(differences, allowed))
            if common_difference(*pairs):
                counts.append(FEWEST_RESAMPLED)
        known = [count for count in counts if count is not None]
        return max(known) if len(known) == len(counts) else None

    @property
    def asked(self) -> str:
        """The half-width asked for in words: ``5 % of the reference's mean``."""
        if self.half_width is None:
            return ""
        if self.relative:
            return f"{100 * self.half_width:g} % of the reference's mean"
        return f"{self.half_width:g}"


def stopping_of(
    policies: Sequence[str],
    kpi: str,
    replications: int = 5,
    until: str | None = None,
    most: int | None = None,
) -> Stopping:
    """Return when to stop, as the command line says it.

    Parameters
    ----------
    until
        The half-width: ``5%`` of the reference's mean, or ``0.2`` in the KPI's unit.

    Raises
    ------
    BadInput
        If a number is none, out of range, or has no sense beside the others.
    """
    _limited("--replications", replications, 1)
    if until is None:
        if most is not None:
            raise BadInput(MOST, str(most), f"expected {UNTIL} beside it")
        return Stopping(first=replications, most=replications, kpi=kpi)
    if len(policies) < 2:
        said = ",".join(policies)
        raise BadInput(UNTIL, until, f"expected two policies to compare, not {said}")
    _limited("--replications", replications, 2)
    if most is None:
        most = max(replications, PATIENCE)
    _limited(MOST, most, replications)
    return Stopping(
        first=replications,
        most=most,
        kpi=kpi,
        half_width=_half_width(until),
        relative=until.strip().endswith("%"),
    )


def kpis_of(text: str | None, world: World) -> tuple[str, ...]:
    """Return KPIs of a world named ``A,B``; none if nobody has named any.

    Raises
    ------
    BadInput
        If one is unknown, named twice, or of instances only.
    """
    if text is None:
        return ()
    names = tuple(name.strip() for name in text.split(","))
    if len(set(names)) < len(names):
        raise BadInput(KPI, "", f"{shown(text)}, expected KPIs, each once")
    return tuple(known_kpis(names, world, KPI, ""))


def main_kpi(instance: bool) -> str:
    """Return what matters most of a plant, or of an instance."""
    return "makespan" if instance else "weighted_tardiness"


def _limited(flag: str, value: int, least: int) -> None:
    if not least <= value <= MOST_REPLICATIONS:
        problem = f"{value}, expected {least} to {MOST_REPLICATIONS}"
        raise BadInput(flag, "", problem)


def _half_width(text: str) -> float:
    number = text.strip()
    share = number.endswith("%")
    try:
        value = float(number.removesuffix("%"))
    except ValueError:
        value = 0.0
    if not 0 < value < 1e12:
        problem = f"{shown(text)}, expected a half-width above 0, such as 5% or 0.2"
        raise BadInput(UNTIL, "", problem)
    return value / 100 if share else value

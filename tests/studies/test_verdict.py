"""What a comparison says for sure, from made-up runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import pytest
from made_up import experiment, flow_time

from agents.scenario import Scenario
from studies.compare import Outcome
from studies.compare.notes import notes
from studies.compare.table import tables
from studies.compare.verdict import verdict
from studies.report import comparison_report
from studies.tables import p_text

RULE = "p Holm below .05, bootstrap limits without 0"


def given(values: Mapping[str, Sequence[float]]) -> Callable[..., Outcome]:
    """Return a runner: the flow time under a policy by seed, 2 under any other."""

    def outcome(scenario: Scenario, _: object = None) -> Outcome:
        of = values.get(scenario.policy.name)
        return Outcome(kpis={"flow_time": of[scenario.seed - 1] if of else 2.0})

    return outcome


def test_what_is_sure_is_said_and_the_rest_is_not() -> None:
    """Tardiness is always more by about one, flow time differs by luck alone."""
    found = experiment(replications=8)
    said = verdict(found)
    assert said.startswith(f"Surely different from rule ({RULE}): negotiated ")
    assert "more weighted_tardiness" in said
    assert "flow_time" not in said
    assert "do not tell" in said


@pytest.mark.parametrize("vary", [[], ["load=.7,.8"]])
def test_a_page_says_it_once_and_first(vary: list[str]) -> None:
    """Below the title, before any table."""
    found = experiment(vary, replications=8)
    text = comparison_report(found)
    assert text.count(verdict(found)) == 1
    assert text.index(verdict(found)) < text.index("<table")


def test_what_is_alike_is_said_together() -> None:
    """KPIs of which there is less, or more, in as many cells."""

    def less_of_both(scenario: Scenario, _: object = None) -> Outcome:
        less = 0.0 if scenario.policy.name == "rule" else 1.0
        kpis = {"wip": 9 - less, "on_time": 0.5 + less / 4, "flow_time": 9 - less}
        luck = scenario.seed / 100 * less  # a t-test needs a spread
        return Outcome(kpis={name: value + luck for name, value in kpis.items()})

    found = experiment(
        runner=less_of_both, asked=["flow_time", "on_time", "wip"], replications=6
    )
    assert "negotiated less flow_time and wip, more on_time." in verdict(found)


def test_nothing_is_sure_where_luck_decides() -> None:
    """One table, one KPI, differences of either sign."""
    found = experiment(runner=flow_time, asked=["flow_time"], replications=6)
    assert verdict(found) == f"No difference from rule is sure ({RULE})."


def test_two_seeds_alike_prove_nothing() -> None:
    """One order more under either seed may be luck, under six it hardly is."""

    def one_more(scenario: Scenario, _: object = None) -> Outcome:
        more = 0.0 if scenario.policy.name == "rule" else 1.0
        return Outcome(kpis={"unfinished": scenario.seed + more})

    few, enough = (
        verdict(experiment(runner=one_more, asked=["unfinished"], replications=n))
        for n in (2, 6)
    )
    assert few == f"No difference from rule is sure ({RULE})."
    assert "negotiated more unfinished" in enough


def test_cells_are_counted_and_summed() -> None:
    """In which of the cells, and over all of them by the limits of the sum."""
    found = experiment(["load=.7,.8"], asked=["weighted_tardiness"], replications=8)
    said = verdict(found)
    assert "negotiated more weighted_tardiness in 2 of 2 cells" in said
    assert "sum of cells: negotiated more weighted_tardiness" in said
    few = " ".join(notes(found))
    assert "So few seeds" in few
    enough = experiment(["load=.7,.8"], asked=["flow_time"], replications=15)
    assert "So few seeds" not in " ".join(notes(enough))


def test_what_the_bootstrap_doubts_is_not_sure() -> None:
    """One of eight weeks is on the other side, by far: p is .037, limits have 0."""
    values = [2.9, 0.4, 2.3, 0.4, 1.2, 0.7, 0.7, 0.5]
    found = experiment(
        runner=given({"negotiated": values}), asked=["flow_time"], replications=8
    )
    assert found.p_holm[0, "negotiated", "flow_time"] < 0.05
    assert verdict(found) == f"No difference from rule is sure ({RULE})."


def test_several_sums_are_adjusted() -> None:
    """What would be sure of a single policy is not, if others were tried as well."""
    values = {"negotiated": [1.9, 1.2, 1.95, 1.3, 1.8, 1.6]}
    policies = ["rule", "negotiated", "planned", "hybrid"]
    asked = {"asked": ["flow_time"], "replications": 6}
    single, among = (
        experiment(["load=.7,.8"], given(values), policies=some, **asked)
        for some in (policies[:2], policies)
    )
    key = ("negotiated", "flow_time")
    assert 3 * single.p_holm_summed[key] == pytest.approx(among.p_holm_summed[key])
    assert "In the sum of cells: negotiated less flow_time." in verdict(single)
    nothing = f"No difference from rule is sure in a single cell ({RULE})."
    assert verdict(among) == nothing
    assert single.as_json()["sum_of_cells"]["flow_time"]["negotiated"]["p_holm"] < 0.05
    table = tables(single)[0]
    assert table.rows[-1][0] == "sum of cells"
    assert table.rows[-1][-1] == p_text(single.p_holm_summed[key])


@pytest.mark.parametrize("vary", [[], ["load=.7,.8"]])
def test_copies_of_one_run_are_not_tested(vary: list[str]) -> None:
    """However many there are: without luck no seed is another witness."""
    found = experiment(
        vary, given({"negotiated": [1.5] * 9}), asked=["flow_time"], replications=9
    )
    assert found.first.exact
    assert found.p_holm == found.p_holm_summed == {}
    assert verdict(found) == ""
    assert "no luck to test differences by" in " ".join(notes(found))
    difference = found.first.difference("negotiated", "flow_time")
    assert difference is not None
    assert difference.absolute == (-0.5, -0.5, -0.5)
    assert difference.p is None


def test_what_is_neither_good_nor_bad_is_told_if_asked() -> None:
    """More messages under a contract net are no news."""

    def chatty(scenario: Scenario, _: object = None) -> Outcome:
        more = 0.0 if scenario.policy.name == "rule" else 9.0 + scenario.seed / 10
        return Outcome(kpis={"messages": more, "flow_time": 2.0 + scenario.seed / 10})

    unasked = experiment(runner=chatty, replications=8)
    assert verdict(unasked) == f"No difference from rule is sure ({RULE})."
    asked = experiment(runner=chatty, asked=["messages"], replications=8)
    assert "negotiated more messages" in verdict(asked)


def test_one_replication_says_nothing() -> None:
    """Without a test there is no verdict."""
    assert verdict(experiment(replications=1)) == ""
    assert verdict(experiment(policies=["rule"], replications=6)) == ""


def test_out_of_reach_says_why() -> None:
    """A mean of 0, or more replications than can be counted."""

    def still(scenario: Scenario, _: object = None) -> Outcome:
        more = 0.0 if scenario.policy.name == "rule" else scenario.seed * 1.0
        return Outcome(kpis={"flow_time": more})

    stops = {"replications": 3, "until": "1%", "most": 3}
    none = experiment(runner=still, asked=["flow_time"], **stops)
    assert "rule has a mean of 0" in " ".join(notes(none))
    stops["until"] = "1e-9%"
    far = experiment(runner=flow_time, asked=["flow_time"], **stops)
    assert "out of reach: too many replications" in " ".join(notes(far))

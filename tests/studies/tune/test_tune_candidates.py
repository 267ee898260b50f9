"""Which configurations are better: fronts, who stands for them, like compared."""

from __future__ import annotations

from studies.tune.candidate import Candidate, alike, front, ranked, spread


def candidate(number: int, *losses: float) -> Candidate:
    """Return a candidate tried once; without losses it is broken."""
    return Candidate(number, {}, [losses] if losses else [], broken=not losses)


def test_candidates_are_ranked_front_by_front() -> None:
    """First those nobody dominates, the best in each aim ahead; broken ones last."""
    order = ranked(
        [
            candidate(0, 3, 3),
            candidate(1),
            candidate(2, 2, 2),
            candidate(3, 1, 5),
            candidate(4, 4, 4),
        ]
    )
    assert [one.number for one in order] == [3, 2, 0, 4, 1]


def test_of_equals_the_one_proposed_first_is_ahead() -> None:
    """With one aim a front has equals only."""
    order = ranked([candidate(2, 1), candidate(0, 1), candidate(1, 3), candidate(3, 0)])
    assert [one.number for one in order] == [3, 0, 2, 1]


def test_the_first_few_stand_for_the_whole_front() -> None:
    """The best in each aim, then whoever is farthest from all before."""
    places = [
        (0, 100),
        (1, 90),
        (2, 80),
        (50, 50),
        (51, 49),
        (98, 2),
        (99, 1),
        (100, 0),
    ]
    line = [candidate(n, *place) for n, place in enumerate(places)]
    found = [one.number for one in spread(line)]
    assert found[:3] in ([0, 7, 3], [0, 7, 4])
    assert sorted(found) == list(range(8))
    assert [one.number for one in spread(line[::-1])] == found


def test_twins_do_not_stand_for_a_front() -> None:
    """One that is like another before it comes last, however good it is."""
    twins = [candidate(n, 0, 9) for n in range(3)]
    others = [candidate(3, 5, 5), candidate(4, 9, 0)]
    assert [one.number for one in spread([*twins, *others])] == [0, 4, 3, 1, 2]
    three = [candidate(0, 0, 0, 9), candidate(1, 9, 1, 0), candidate(2, 1, 9, 1)]
    assert [one.number for one in spread(three)] == [0, 1, 2]


def test_like_is_compared_with_like() -> None:
    """Only replications that all the sound ones came through, the same for each."""
    one = Candidate(0, {}, tried={0: (1.0,), 1: (5.0,), 2: None})
    other = Candidate(1, {}, tried={0: (2.0,), 1: (3.0,), 2: None, 3: (0.0,)})
    broken = Candidate(2, {}, tried={0: None}, broken=True)
    assert [c.losses for c in alike([one, other, broken])] == [
        [(1.0,), (5.0,)],
        [(2.0,), (3.0,)],
    ]
    assert [c.number for c in front(alike([one, other]))] == [1]
    assert one.losses == []
    assert alike([broken]) == []
    assert alike([one, Candidate(3, {}, tried={4: (1.0,)})]) == []

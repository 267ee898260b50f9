"""What customers order: how often each product, variant and quantity is asked for."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate

from kernel.errors import BadInput
from worlds.products import variants
from worlds.spec import Demand, Product

MOST_COMBINATIONS = 500_000  # of choices, of one product


class Shares:
    """Picks a position by relative shares, the same one for the same draw.

    Parameters
    ----------
    shares
        Not negative, at least one above 0.
    """

    __slots__ = ("_upto", "shares")

    def __init__(self, shares: Sequence[float]) -> None:
        total = math.fsum(shares)
        if not total > 0:
            raise ValueError("all shares are 0")
        self.shares = tuple(share / total for share in shares)
        self._upto = tuple(accumulate(self.shares))

    def pick(self, u: float) -> int:
        """Return the position that the uniform draw ``u`` falls on."""
        at = min(bisect_right(self._upto, u), len(self.shares) - 1)
        while self.shares[at] == 0:  # only where u is beyond the rounded total
            at -= 1
        return at


class VariantMix:
    """The variants of a product that are sold, and how often each is asked for.

    Customers choose each option by its shares, independently, and choose anew when the
    combination is not sold: a variant's share is proportional to the product of its
    choices' shares.

    Raises
    ------
    BadInput
        If nothing is sold, or the product has more than ``MOST_COMBINATIONS``.
    """

    __slots__ = ("_options", "_shares")

    def __init__(self, product: Product, where: str) -> None:
        place = f"products.{product.id}.options"
        combinations = math.prod(len(option.choices) for option in product.options)
        if combinations > MOST_COMBINATIONS:
            limit = f"expected at most {MOST_COMBINATIONS}"
            raise BadInput(
                where, place, f"{combinations} combinations of choices, {limit}"
            )
        popular = {
            (option.id, choice.id): choice.share
            for option in product.options
            for choice in option.choices
        }
        self._options = [tuple(found.items()) for found in variants(product)]
        weights = [
            math.prod(popular[pair] for pair in options) for options in self._options
        ]
        try:
            self._shares = Shares(weights)
        except ValueError:
            raise BadInput(
                where, place, "no variant is sold, expected at least one"
            ) from None

    def __len__(self) -> int:
        return len(self._options)

    def __iter__(self) -> Iterator[tuple[tuple[tuple[str, str], ...], float]]:
        """Yield the options and the share of each variant; the shares add up to 1."""
        return zip(self._options, self._shares.shares, strict=True)

    def pick(self, u: float) -> tuple[tuple[str, str], ...]:
        """Return the options that the uniform draw ``u`` falls on."""
        return self._options[self._shares.pick(u)]


def quantity_of(demand: Demand, u: float) -> int:
    """Return the quantity that the uniform draw ``u`` falls on, pieces."""
    if demand.quantity is None:
        return 1
    drawn = min(float(demand.largest), max(1.0, demand.quantity.quantile(u)))
    return min(demand.largest, math.floor(drawn + 0.5))


def quantity_shares(demand: Demand) -> list[float]:
    """Return the probability of an order for 1, 2, 3, ... pieces."""
    law, shares, below = demand.quantity, [], 0.0
    if law is None:
        return [1.0]
    for pieces in range(1, demand.largest):
        upto = law.probability(math.nextafter(pieces + 0.5, 0.0))
        shares.append(upto - below)
        below = upto
        if 1 - below < 1e-12:
            return shares
    return [*shares, 1 - below]

"""Chance as a function: a draw is named by the thing it happens to.

``draw(seed, "life/M1", 3)`` is the same number in every process, under every
policy and at every moment it is asked for. Nothing has to be saved, and two
policies give the same work the same luck (common random numbers).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from hashlib import blake2b
from statistics import NormalDist
from typing import Any, ClassVar, Literal

_NORMAL = NormalDist()
_STRICT: dict[str, Any] = {"extra": "forbid", "strict": True}


def draw(seed: int, name: str, k: int = 0) -> float:
    """Return the ``k``-th uniform draw in (0, 1) of the thing called ``name``."""
    digest = blake2b(
        f"{name}#{k}".encode(), digest_size=8, key=seed.to_bytes(16, "little")
    ).digest()
    return ((int.from_bytes(digest, "little") >> 12) + 0.5) * 2.0**-52


@dataclass(frozen=True, slots=True, kw_only=True)
class Fixed:
    """Always ``value``."""

    __pydantic_config__: ClassVar[dict[str, Any]] = _STRICT
    law: Literal["fixed"] = "fixed"
    value: float

    @property
    def mean(self) -> float:
        """The expected value."""
        return self.value

    def quantile(self, u: float) -> float:
        """Return the value not exceeded with probability ``u``."""
        return self.value

    def probability(self, x: float) -> float:
        """Return the probability of a value of at most ``x``."""
        return float(x >= self.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Uniform:
    """Every value between ``low`` and ``high`` alike."""

    __pydantic_config__: ClassVar[dict[str, Any]] = _STRICT
    law: Literal["uniform"] = "uniform"
    low: float
    high: float

    def __post_init__(self) -> None:
        if self.high < self.low:
            raise ValueError(f"uniform: high {self.high} is below low {self.low}")

    @property
    def mean(self) -> float:
        """The expected value."""
        return (self.low + self.high) / 2

    def quantile(self, u: float) -> float:
        """Return the value not exceeded with probability ``u``."""
        return self.low + u * (self.high - self.low)

    def probability(self, x: float) -> float:
        """Return the probability of a value of at most ``x``."""
        if x >= self.high:
            return 1.0
        if x <= self.low:  # which may be as high as the highest
            return 0.0
        return (x - self.low) / (self.high - self.low)


@dataclass(frozen=True, slots=True, kw_only=True)
class Triangular:
    """Between ``low`` and ``high``, most often near ``mode``."""

    __pydantic_config__: ClassVar[dict[str, Any]] = _STRICT
    law: Literal["triangular"] = "triangular"
    low: float
    mode: float
    high: float

    def __post_init__(self) -> None:
        if not self.low <= self.mode <= self.high or self.low == self.high:
            raise ValueError(
                f"triangular: {self.low}, {self.mode}, {self.high} are not "
                "low <= mode <= high with low < high"
            )

    @property
    def mean(self) -> float:
        """The expected value."""
        return (self.low + self.mode + self.high) / 3

    def quantile(self, u: float) -> float:
        """Return the value not exceeded with probability ``u``."""
        low, mode, high = self.low, self.mode, self.high
        if u < (mode - low) / (high - low):
            return low + math.sqrt(u * (high - low) * (mode - low))
        return high - math.sqrt((1 - u) * (high - low) * (high - mode))

    def probability(self, x: float) -> float:
        """Return the probability of a value of at most ``x``."""
        low, mode, high = self.low, self.mode, self.high
        if x <= low:
            return 0.0
        if x >= high:
            return 1.0
        if x < mode:
            return (x - low) ** 2 / ((high - low) * (mode - low))
        return 1 - (high - x) ** 2 / ((high - low) * (high - mode))


@dataclass(frozen=True, slots=True, kw_only=True)
class Exponential:
    """Without memory, with expected value ``mean``."""

    __pydantic_config__: ClassVar[dict[str, Any]] = _STRICT
    law: Literal["exponential"] = "exponential"
    mean: float

    def quantile(self, u: float) -> float:
        """Return the value not exceeded with probability ``u``."""
        return -self.mean * math.log1p(-u)

    def probability(self, x: float) -> float:
        """Return the probability of a value of at most ``x``."""
        return -math.expm1(-x / self.mean) if x > 0 else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Weibull:
    """A life of the given ``mean`` that wears out if ``shape`` exceeds 1."""

    __pydantic_config__: ClassVar[dict[str, Any]] = _STRICT
    law: Literal["weibull"] = "weibull"
    mean: float
    shape: float

    def __post_init__(self) -> None:
        if not 0.2 <= self.shape <= 20:
            raise ValueError(f"weibull: shape {self.shape} is not within 0.2 to 20")

    @property
    def scale(self) -> float:
        """The characteristic life."""
        return self.mean / math.gamma(1 + 1 / self.shape)

    def quantile(self, u: float) -> float:
        """Return the value not exceeded with probability ``u``."""
        return float(self.scale * (-math.log1p(-u)) ** (1 / self.shape))

    def probability(self, x: float) -> float:
        """Return the probability of a value of at most ``x``."""
        return float(-math.expm1(-((x / self.scale) ** self.shape))) if x > 0 else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Lognormal:
    """Half of the values below ``median``; ``sigma`` is the spread of the log."""

    __pydantic_config__: ClassVar[dict[str, Any]] = _STRICT
    law: Literal["lognormal"] = "lognormal"
    median: float
    sigma: float

    def __post_init__(self) -> None:
        if not 0 < self.sigma <= 3:
            raise ValueError(f"lognormal: sigma {self.sigma} is not within 0 to 3")

    @property
    def mean(self) -> float:
        """The expected value."""
        return self.median * math.exp(self.sigma**2 / 2)

    def quantile(self, u: float) -> float:
        """Return the value not exceeded with probability ``u``."""
        return self.median * math.exp(self.sigma * _NORMAL.inv_cdf(u))

    def probability(self, x: float) -> float:
        """Return the probability of a value of at most ``x``."""
        return _NORMAL.cdf(math.log(x / self.median) / self.sigma) if x > 0 else 0.0


Law = Fixed | Uniform | Triangular | Exponential | Weibull | Lognormal

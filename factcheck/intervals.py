"""Shares with their uncertainty."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Share:
    """`count` of `of`, as proportions from 0 to 1 with a 95 % interval. All are None where `of` is 0."""

    count: int
    of: int
    value: float | None
    low: float | None
    high: float | None


def share(count: int, of: int) -> Share:
    """The share with its Wilson score interval of 95 %, without continuity correction.

    Wilson EB. Probable inference, the law of succession, and statistical inference. J Am Stat Assoc 1927;22:209-212. It keeps its
    coverage for small numbers and near 0 and 1, where the usual interval fails (Brown LD, Cai TT, DasGupta A. Interval estimation
    for a binomial proportion. Stat Sci 2001;16:101-133).
    """
    if not of:
        return Share(count, of, None, None, None)
    from scipy.stats import binomtest  # takes half a second to import

    interval = binomtest(count, of).proportion_ci(0.95, "wilson")
    return Share(count, of, count / of, float(interval.low), float(interval.high))

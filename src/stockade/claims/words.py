"""Words for probabilities: those of ICD 203, with the percentages that go beside them."""

from __future__ import annotations

# Each word and the probability at which it ends.
SCALE: tuple[tuple[str, float], ...] = (
    ("almost no chance", 0.05),
    ("very unlikely", 0.20),
    ("unlikely", 0.45),
    ("roughly even chance", 0.55),
    ("likely", 0.80),
    ("very likely", 0.95),
    ("almost certain", 1.0),
)


def position(probability: float) -> int:
    """Returns the place on the scale, 0 to 6.

    A boundary belongs to the word nearer the middle on both sides: 5 % is very unlikely and 95 % very
    likely, 45 % and 55 % are roughly even.

    Raises:
        ValueError: Not between 0 and 1.
    """
    if not 0 <= probability <= 1:
        raise ValueError(f"{probability} is no probability")
    if probability > 0.5:
        return 6 - _lower_half(1 - probability)
    return _lower_half(probability)


def _lower_half(probability: float) -> int:
    """Returns the place of a probability of at most one half; a hair's breadth of rounding is forgiven."""
    bounds = (0.05, 0.20, 0.45)
    return sum(probability >= bound - 1e-12 for bound in bounds)


def phrase(probability: float) -> str:
    """Returns the word of ICD 203 for a probability."""
    return SCALE[position(probability)][0]


def percent(probability: float) -> str:
    """Returns a probability as it is printed: never 0 or 100 %.

    Raises:
        ValueError: Not between 0 and 1.
    """
    if not 0 <= probability <= 1:
        raise ValueError(f"{probability} is no probability")
    if probability < 0.01:
        return "<1 %"
    if probability > 0.99:
        return ">99 %"
    return f"{100 * probability:.0f} %"


def span(low: float, high: float) -> str:
    """Returns ``unlikely to very likely``, or the one word that both ends share."""
    first, last = phrase(low), phrase(high)
    return first if first == last else f"{first} to {last}"


def words_spanned(low: float, high: float) -> int:
    """Returns how many words of the scale lie from `low` to `high`, both included."""
    return position(high) - position(low) + 1

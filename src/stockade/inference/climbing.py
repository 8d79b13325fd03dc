"""Hill climbing from many places at once: BFGS within bounds, every column for itself."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from stockade.arrays import Floats

_HALVINGS, _LONGEST, _SMALLEST_RISE = 20, 1.0, 1e-4

Look = Callable[[Floats], tuple[Floats, Floats]]
"""Coordinates (D, column) -> heights (column,) and slopes (D, column)."""


def climb(
    look: Look, start: Floats, loose: np.ndarray, bounds: tuple[Floats, Floats], most_steps: int
) -> tuple[Floats, Floats]:
    """Maximises a function at many columns at once, by BFGS within bounds.

    Args:
        look: Height (column,) and slope (D, column) at coordinates (D, column).
        start: (D, column).
        loose: (D, column) whether a coordinate may move.
        bounds: Least and greatest coordinates, each (D, 1).
        most_steps: Steps after which a climb ends; before, where no column rises by 1e-4.

    Returns:
        Coordinates (D, column) and heights (column,).
    """
    z = np.where(loose, np.clip(start, *bounds), start)
    height, slope = look(z)
    curvature = np.broadcast_to(np.eye(len(z)), (z.shape[1], len(z), len(z))).copy()
    for _ in range(most_steps):
        # What presses against a bound stays there.
        pressed = ((z <= bounds[0]) & (slope < 0)) | ((z >= bounds[1]) & (slope > 0))
        pull = np.where(loose & ~pressed, slope, 0.0)
        way = np.einsum("cij,jc->ic", curvature, pull) * (loose & ~pressed)
        uphill = (way * pull).sum(axis=0) > 0
        way = np.where(uphill, way, pull)
        way *= np.minimum(1.0, _LONGEST / np.maximum(np.abs(way).max(axis=0), 1e-300))
        new, reached, new_slope = _line_search(look, z, height, slope, way, bounds)
        moved, bent = new - z, np.where(loose, slope - new_slope, 0.0)
        curvature = _updated(curvature, np.where(loose, moved, 0.0), bent)
        rise = float((reached - height).max())
        z, height, slope = new, reached, new_slope
        if rise < _SMALLEST_RISE:
            break
    return z, height


def _line_search(
    look: Look, z: Floats, height: Floats, slope: Floats, way: Floats, bounds: tuple[Floats, Floats]
) -> tuple[Floats, Floats, Floats]:
    """Returns where each column goes along its way, at most the whole of it, and height and slope there."""
    length = np.ones(z.shape[1])
    best, top, best_slope = z, height, slope
    open_ = np.any(way != 0.0, axis=0)
    for _ in range(_HALVINGS):
        new = np.where(way == 0.0, z, np.clip(z + length * way, *bounds))
        reached, new_slope = look(new)
        enough = open_ & (reached >= height + 1e-4 * ((new - z) * slope).sum(axis=0)) & (reached > height)
        best = np.where(enough, new, best)
        top, best_slope = np.where(enough, reached, top), np.where(enough, new_slope, best_slope)
        open_ &= ~enough
        if not open_.any():
            break
        length = np.where(open_, 0.3 * length, length)
    return best, top, best_slope


def _updated(inverse: Floats, moved: Floats, bent: Floats) -> Floats:
    """Returns inverse curvatures (column, D, D) after steps and changes of slope (D, column)."""
    product = (moved * bent).sum(axis=0)
    size = np.sqrt((moved**2).sum(axis=0) * (bent**2).sum(axis=0))
    sound = product > 1e-8 * np.maximum(size, 1e-300)
    s, y = moved.T, bent.T
    rho = 1.0 / np.where(sound, product, 1.0)
    turned = np.einsum("cij,cj->ci", inverse, y)
    scale = rho + rho**2 * (y * turned).sum(axis=1)
    cross = s[:, :, None] * turned[:, None, :]
    new = inverse + scale[:, None, None] * s[:, :, None] * s[:, None, :]
    new -= rho[:, None, None] * (cross + cross.transpose(0, 2, 1))
    return np.where(sound[:, None, None], new, inverse)

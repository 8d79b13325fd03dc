"""Arrays: JAX in 64 bit, and the words for their axes.

Every module that uses JAX imports from here, so that nothing ever runs in 32 bit by accident. The axis
words, in the order in which they stand: `time` is axis 0 of a trajectory, then `output`, and the batch
(`draw` or `particle`, `scenario`) trails, because the last axis is the contiguous one.
"""

from __future__ import annotations

from typing import Literal

import jax
import numpy as np
from numpy.typing import NDArray

jax.config.update("jax_enable_x64", True)

Array = jax.Array
Floats = NDArray[np.float64]
Axis = Literal["time", "output", "scenario", "draw", "particle"]

__all__ = ["Array", "Axis", "Floats"]

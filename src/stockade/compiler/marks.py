"""What a value depends on: nothing, constants, time and paths, or the states."""

from __future__ import annotations

from enum import IntFlag

CLOCKED = ("step", "pulse", "pulse train", "ramp", "#uniform")


class Mark(IntFlag):
    """What a value depends on."""

    NOTHING = 0
    CONSTANTS = 1
    TIME = 2
    STATES = 4

"""The event files of the tests: invented countries, groups and figures, in the layouts of real files."""

from __future__ import annotations

from pathlib import Path
from types import MappingProxyType

FOLDER = Path(__file__).parent / "events"
EXAMPLES = MappingProxyType({
    "ged_24_1": "UCDP GED", "ged_17_1": "UCDP GED", "ged_best_est": "UCDP GED",
    "ged_humanitarian": "UCDP GED", "ged_no_header": "UCDP GED", "ged_semicolons": "UCDP GED",
    "ged_candidate": "UCDP GED candidate",
    "acled_current": "ACLED", "acled_before_2023": "ACLED",
    "gtd": "GTD",
    "cpost": "attack table", "dsat": "attack table", "attacks": "attack table",
})  # fmt: skip
"""What each is recognised as. A format without an example here fails a test."""


def example(name: str) -> Path:
    return FOLDER / f"{name}.csv"

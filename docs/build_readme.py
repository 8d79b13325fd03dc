"""Writes the verdict table of the founding case into README.md, from the briefing's own JSON.

Run ``make assess`` first, then ``python docs/build_readme.py``.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
BRIEFING = ROOT / "studies" / "iraq-2008" / "briefing" / "briefing.json"
BEGIN = "<!-- verdicts: made by docs/build_readme.py from the briefing of the case; do not edit by hand -->"
END = "<!-- /verdicts -->"


def percent(value: float) -> str:
    """Returns a probability as a briefing prints it: never 0 or 100 %."""
    if value < 0.01:
        return "<1 %"
    return ">99 %" if value > 0.99 else f"{100 * value:.0f} %"


def cell(claim: dict[str, Any]) -> str:
    """Returns the words and the number of one verdict."""
    if claim["probability"] is None:
        return claim["verdict"]
    word = claim["phrase"]
    if claim["verdict"] == "structure-dependent":
        word = f"structure-dependent: {percent(claim['low'])} to {percent(claim['high'])}, {word} on average"
    return f"{word}, {percent(claim['probability'])}"


def table(document: dict[str, Any]) -> str:
    """Returns explanations with their weights, then claims with their verdicts, as Markdown."""
    dates = [one["date"] for one in document["as_of"]]
    lines = [
        "| explanation | " + " | ".join(f"weight as of {day}" for day in dates) + " |",
        "|---|" + "---|" * len(dates),
    ]
    for index, one in enumerate(document["as_of"][0]["explanations"]):
        weights = [percent(two["explanations"][index]["weight"]) for two in document["as_of"]]
        lines.append(f"| `{one['id']}`: {one['says']} | " + " | ".join(weights) + " |")
    lines += [
        "",
        "| claim | " + " | ".join(f"as of {day}" for day in dates) + " |",
        "|---|" + "---|" * len(dates),
    ]
    for index, one in enumerate(document["as_of"][0]["claims"]):
        cells = [cell(two["claims"][index]) for two in document["as_of"]]
        lines.append(f"| {one['means']} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def main() -> None:
    """Puts the table between its marks."""
    path = ROOT / "README.md"
    text = path.read_text(encoding="utf-8")
    found = table(json.loads(BRIEFING.read_text(encoding="utf-8")))
    pattern = re.compile(re.escape(BEGIN) + ".*?" + re.escape(END), re.DOTALL)
    path.write_text(pattern.sub(lambda _: f"{BEGIN}\n\n{found}\n\n{END}", text), encoding="utf-8")


if __name__ == "__main__":
    main()

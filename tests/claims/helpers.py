"""Small worlds, built by hand, and the names that claims about them can use."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import numpy as np

from stockade.claims.check import ClaimNames
from stockade.claims.verdict import ClaimSpec
from stockade.claims.worlds import World
from stockade.errors import Place

FIRST = 2006 * 12  # 2006-01
MONTHS = 60

NAMES = ClaimNames(
    variables={
        "members": "person",
        "foreign fighters": "person",
        "foreign arrivals": "person/Month",
        "foreign departures": "person/Month",
        "suicide attacks": "attack/Month",
        "attacks per foreign fighter": "attack/(person*Month)",
        "exit hazard": "1/Month",
        "sanctuary": "Dmnl",
        "nameless": "",
    },
    series={"suicide_attacks": "attack/Month", "clashes": "event/Month", "opponent_deaths": ""},
    reports=("ff_share_bombers", "ff_inflow"),
    scenarios=("fighters_kept", "no_surge"),
    explanations=("commentary", "supply", "attrition", "null-mean"),
    period=(FIRST, FIRST + MONTHS - 1),
)


def world(
    explanation: str = "commentary",
    base: dict[str, np.ndarray] | None = None,
    *,
    log_evidence: float = 0.0,
    mc_error: float = 0.0,
    draws: int = 400,
    repeats: int = 4,
    **more,
) -> World:
    return World(
        explanation=explanation,
        mechanism=more.pop("mechanism", True),
        log_evidence=log_evidence,
        mc_error=mc_error,
        first_month=FIRST,
        base=base or {},
        scenarios=more.pop("scenarios", {}),
        counts=more.pop("counts", {}),
        parameters=more.pop("parameters", {}),
        shrinkage=more.pop("shrinkage", {}),
        repeat=more.pop("repeat", np.arange(draws) % repeats),
        **more,
    )


def flat(values: np.ndarray | float, draws: int = 400) -> np.ndarray:
    """A quantity that stays what it is: (month, draw) from (draw,)."""
    return np.broadcast_to(np.asarray(values, dtype=float), (MONTHS, draws)).copy()


def holding(share: float, explanation: str = "commentary", draws: int = 400, **more) -> World:
    """A world in which `at(sanctuary, 2008-03) > 0` holds in this share of draws, alike in each repeat."""
    hits = np.arange(draws) // 4 < round(share * draws / 4)
    values = flat(np.where(hits, 1.0, -1.0), draws)
    return world(explanation, {"sanctuary": values}, draws=draws, **more)


def null(explanation: str = "null-mean", draws: int = 400, **more) -> World:
    return world(explanation, mechanism=False, draws=draws, **more)


def iraq_specs(folder: Path) -> list[ClaimSpec]:
    """The claims of the founding case, each with the line of its `says`."""
    text = (folder / "study.toml").read_text(encoding="utf-8")
    lines = {
        m[1]: text.count("\n", 0, m.start()) + 1
        for m in re.finditer(r'^says = \'*"*(.+?)"*\'*$', text, re.MULTILINE)
    }
    return [
        ClaimSpec(
            id=one["id"],
            type=one["type"],
            quote=one["quote"],
            who=one["who"],
            means=one["means"],
            says=one.get("says", ""),
            on=one["on"],
            not_testable=one.get("not_testable", ""),
            evidence=tuple(one.get("evidence", ())),
            place=Place("study.toml", lines.get(one.get("says", "")), None, one["id"]),
        )
        for one in tomllib.loads(text)["claim"]
    ]


def iraq_names(folder: Path) -> ClaimNames:
    """Names of the founding case, read from its files by patterns: independent of our readers."""
    text = (folder / "study.toml").read_text(encoding="utf-8")
    study = tomllib.loads(text)
    model = re.sub(r"\{.*?\}", "", (folder / "model.mdl").read_text(encoding="utf-8"), flags=re.DOTALL)
    variables = {}
    for part in model.split("|"):
        pieces = part.split("~")
        match = re.match(r"\s*([\w ]+?)\s*(?:=|\()", pieces[0])
        if match and len(pieces) > 1 and "***" not in pieces[0]:
            variables[match[1].lower()] = pieces[1].split("[")[0].strip()
    return ClaimNames(
        variables=variables,
        series={
            name: "" if name == "opponent_deaths" else variables[study["observe"][name]["is"]]
            for name in (*study["observe"], "opponent_deaths")
        },
        reports=tuple(study["report"]),
        scenarios=tuple(study["scenario"]),
        explanations=tuple(study["explanation"]),
        period=(FIRST, FIRST + MONTHS - 1),
    )

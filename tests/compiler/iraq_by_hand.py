"""The Iraq model written out in plain NumPy: shares no code with Stockade, an oracle for its compiler."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

STEPS, EVERY, DT = 240, 4, 0.25
FORCE = (
    [0, 5, 8, 10, 12, 21, 26, 34, 42, 48, 55],
    [0.907, 0.833, 0.98, 0.933, 0.88, 1.137, 1.053, 0.987, 0.867, 0.733, 0.331],
)
GUARDS = ([0, 8, 12, 17, 20, 24, 28, 44.5, 48], [0, 0, 0.04, 0.2, 0.6, 0.85, 1.03, 0.89, 0.78])


def run(constants: dict[str, float]) -> dict[str, np.ndarray]:
    """Returns the path of some variables at all 241 steps."""
    c = SimpleNamespace(**{name.replace(" ", "_"): value for name, value in constants.items()})
    F, L, P, H, V = (
        c.initial_foreign_fighters,
        c.initial_local_members,
        c.initial_acceptance,
        c.initial_sanctuary,
        1.0,
    )
    rows = []
    for k in range(STEPS + 1):
        t = k * DT
        force, guards = np.interp(t / c.one_month, *FORCE), np.interp(t / c.one_month, *GUARDS)
        force = 1 + c.forces_matter * (force - 1)
        accepted = c.initial_acceptance + c.acceptance_matters * (P - c.initial_acceptance)
        safe = c.initial_sanctuary + c.sanctuary_matters * (H - c.initial_sanctuary)
        tips = 1 + c.effect_of_rejection * (1 - accepted) + c.effect_of_local_guards * guards
        removal = c.base_removal_hazard * force * tips * (1 - c.cover_of_sanctuary * safe)
        leaving = c.base_exit_hazard + c.disenchantment_exit_hazard * max(0, 1 - V)

        def closed(month: float, now: float = t) -> float:
            return min(1, max(0, (now - month) / c.time_for_a_closure_to_bite))

        access = (1 - (1 - c.share_left_after_first_closure) * closed(c.month_of_first_closure)) * (
            1 - (1 - c.share_left_after_second_closure) * closed(c.month_of_second_closure)
        )
        arrivals = c.normal_arrivals * access * max(V, c.floor_of_viability) ** c.elasticity_of_arrivals
        arrivals *= force**c.elasticity_of_arrivals_to_forces
        hazards = leaving + removal + c.foreign_bombers_per_attack * c.attacks_per_foreign_fighter
        brake = max(1, DT * hazards)
        departures, removed, attacks = (
            leaving * F / brake,
            removal * F / brake,
            c.attacks_per_foreign_fighter * F / brake,
        )
        local_brake = max(1, DT * (removal + c.defection_rate * guards))
        local_removed, defections = removal * L / local_brake, c.defection_rate * guards * L / local_brake
        members = F + L
        recruits = c.recruitment_rate * L * accepted * max(0, 1 - members / c.largest_membership)
        clashes = c.clashes_per_member * members
        deaths = c.deaths_per_clash * clashes
        own = (
            c.recorded_share_of_own_dead
            * c.killed_share_of_removals
            * (removed + local_removed)
            * c.one_death_per_person
        )
        rows.append((attacks, clashes, deaths, own, arrivals, F, members, departures, H, V, L, P))
        lost = min(1 / DT, c.backlash_strength * deaths / c.normal_civilian_deaths) * P
        gained = min(1 / DT, c.sanctuary_growth * accepted) * (1 - H)
        cleared = min(1 / DT, c.clearing_by_forces * force + c.clearing_by_local_guards * guards) * H
        F, L, P, H, V = (
            F + DT * (arrivals - departures - removed - c.foreign_bombers_per_attack * attacks),
            L + DT * (recruits - local_removed - defections),
            P + DT * ((c.normal_acceptance - P) / c.time_to_recover_acceptance - lost),
            H + DT * (gained - cleared),
            V + DT * (H / c.initial_sanctuary - V) / max(c.reputation_delay, DT),
        )
    return dict(zip(NAMES, np.array(rows).T, strict=True))


NAMES = (
    "suicide attacks",
    "clashes",
    "civilian deaths by the group",
    "recorded own deaths",
    "foreign arrivals",
    "foreign fighters",
    "members",
    "foreign departures",
    "sanctuary",
    "viability abroad",
    "local members",
    "local acceptance",
)

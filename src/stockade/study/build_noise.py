"""The tables of study.toml that say which flows have noise of their own, and whether the model allows it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from stockade.errors import Diagnostic, StockadeError
from stockade.model.elaborate import elaborate
from stockade.model.model import Model
from stockade.model.names import canonical
from stockade.simulation.process_noise import NoisyFlow, ProcessNoise, process_noise
from stockade.study.builder import Builder
from stockade.study.lines import Source
from stockade.study.schema_parts import NoiseTable
from stockade.study.study import FlowNoise, Study


def build_noises(builder: Builder, tables: Mapping[str, NoiseTable]) -> tuple[FlowNoise, ...]:
    """Makes the noisy flows from their tables, no two of them of the same name."""
    found = tuple(
        FlowNoise(
            name, canonical(name), one.demographic,
            None if one.environmental is None else one.environmental.lognormal,
            one.because, builder.source.place("noise", name),
        )
        for name, one in tables.items()
    )  # fmt: skip
    builder.no_twins(((one.canonical, ("noise", one.name)) for one in found), "duplicate-noise")
    return found


def noise_of(study: Study, model: Model) -> ProcessNoise:
    """Returns the study's noise as its model has it.

    Raises:
        StockadeError: As `process_noise` says.
    """
    declared = [NoisyFlow(one.canonical, one.demographic, one.scale is not None) for one in study.noises]
    return process_noise(elaborate(model), declared)


def misfits(study: Study, source: Source, model: Model) -> Iterable[Diagnostic]:
    """Yields why flows cannot be noisy as declared, at their lines of study.toml; all of them exist."""
    try:
        noise_of(study, model)
    except StockadeError as error:
        names = {canonical(one.name): one.name for one in study.noises}
        for one in error.diagnostics:
            key = ("noise", names.get(canonical(one.place.name or ""), study.noises[0].name))
            yield replace(one, place=source.place(*key), excerpt=source.excerpt(*key))

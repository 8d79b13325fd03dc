"""What noise in the flows changed, in words, on a terminal, on the page and as figures."""

from __future__ import annotations

import io
import json
from dataclasses import replace

import vl_convert
from rich.console import Console
from syrupy.assertion import SnapshotAssertion

from stockade.briefing.document import Document
from stockade.briefing.html import render_html
from stockade.briefing.noise import AVERAGE, HeldOut, NoiseClaim, NoiseRow, NoisyDate
from stockade.briefing.noise_figures import noise_figures
from stockade.briefing.noises import judged, made_words, noise_sentences
from stockade.briefing.terminal import print_chance
from stockade.briefing.terminal_noise import print_noise
from stockade.claims.words import phrase
from tests.briefing.noise_example import example_noise


def row(
    name: str,
    weights: tuple[float, float],
    logs: tuple[float, float],
    inside: tuple[int, int] = (6, 9),
    **more,
) -> NoiseRow:
    """A row of which so many of ten months lay within the 90 % interval without noise and with it."""
    held = (HeldOut("raids", 10, 0.4, 0.5, inside[0] / 10, inside[1] / 10, 4.0, 3.0),)
    given = {"held_out": held, "draws": 256, "made": "2026-11-22"} | more
    return NoiseRow(name, logs[0], 0.1, logs[1], 0.1, *weights, 64, 1.0, 0.2, **given)


def average(inside: tuple[int, int]) -> NoiseRow:
    whole = row(AVERAGE, (1.0, 1.0), (0.0, 0.0), inside)
    return replace(whole, log_evidence_without=None, log_evidence_with=None, draws=None)


def said(*rows: NoiseRow, **more) -> str:
    return "\n".join(noise_sentences(NoisyDate("2008-03-21", rows, **more))).replace("\u00a0", " ")


A, B = row("a", (0.7, 0.6), (-5.0, -4.0)), row("b", (0.3, 0.4), (-6.0, -6.0), (8, 8))


def test_coverage_is_said_first_in_months_and_whether_it_is_nearer_to_what_was_promised() -> None:
    text = said(A, B, average((6, 9)))
    assert text.startswith(
        "With chance in the flows the 90 % intervals of the average over the explanations held 90 % of the "
        "held-out months (9 of 10) instead of 60 % (6), nearer to what they promise; the 50 % intervals held "
        "50 % instead of 40 %."
    )
    assert "CRPS (lower is better) fell on 1 of 1 series" in text
    assert "(6 of 10) instead of 90 % (9), further from what" in said(A, B, average((9, 6)))
    assert "(8 of 10) instead of 100 % (10), as far from what" in said(A, B, average((10, 8)))


def test_without_an_average_the_heaviest_speaks_and_the_lack_is_said() -> None:
    text = said(A, B)
    assert "intervals of “a” held 90 %" in text
    assert "fitted in several runs, so there is no average" in text
    lighter = replace(A, weight_with=0.1)
    assert "intervals of “b” held 80 %" in said(lighter, B)


def test_which_explanation_leads_and_whether_that_is_open() -> None:
    assert "leading explanation is the same: “a”, with 60 % of the weight instead of 70 %." in said(A, B)
    other = said(replace(A, weight_with=0.2), replace(B, weight_with=0.8, log_evidence_with=-2.0))
    assert (
        "Another explanation leads: “b” with 80 % of the weight instead of 30 %, and no longer “a”, with 20 %"
        in other
    )
    assert "leaves open" not in other
    close = said(A, replace(B, log_evidence_with=-4.2))
    assert "Monte Carlo error leaves open whether “b” may lead" in close


def test_evidence_is_higher_only_beyond_its_error() -> None:
    assert "of 2 explanations: higher for 1, within Monte Carlo error for 1." in said(A, B)
    assert "of 1 explanation: lower for 1." in said(replace(A, log_evidence_with=-7.0))


def test_claims_that_get_other_words_are_named_the_largest_change_first() -> None:
    def claim(name: str, before: float, after: float) -> NoiseClaim:
        return NoiseClaim(name, "", before, after, 0.01, 0.01, phrase(before), phrase(after))

    same, near, far = claim("same", 0.3, 0.35), claim("near", 0.79, 0.82), claim("far", 0.9, 0.5)
    assert "Of 2 claims with a probability, all keep their words" in said(A, claims=(same, same))
    told = said(A, claims=(same, near, far))
    assert "Of 3 claims with a probability, 1 keeps its words with chance in the flows; what changes:" in told
    changes = (
        "“far” from very likely (90 %) to roughly even chance (50 %)",
        "“near” from likely (79 %) to very",
    )
    assert "; ".join(changes) in told
    many = tuple(claim(f"c{i}", 0.79, 0.81) for i in range(5))
    assert ", and 2 more." in said(A, claims=many)
    assert "claims" not in said(A)


def test_cautions() -> None:
    assert "Caution" not in said(A, B, average((6, 9)))
    assert "particles collapsed for “a”; do not lean" in said(replace(A, collapsed=True), B)
    alone = said(A, untried=("b", "c"))
    assert "Only “a” was fitted with noise" in alone
    assert "left out of the weights here: b and c." in alone
    assert "no average" not in alone
    assert "coverage is not compared" in said(replace(A, held_out=()))


def test_the_days_on_which_it_was_made() -> None:
    found = example_noise()
    assert made_words(found) == "made between 22 November 2026 and 23 November 2026"
    assert made_words(replace(found, dates=found.dates[:1])) == "made on 22 November 2026"
    assert made_words(replace(found, dates=())) == "made on a day that is not known"


def test_the_terminal(document: Document, snapshot: SnapshotAssertion) -> None:
    noise = example_noise()
    short = io.StringIO()
    console = Console(file=short, width=80)
    print_chance(replace(document, noise=noise), console)
    print_chance(replace(document, noise=None), console)
    whole = io.StringIO()
    print_noise(noise, Console(file=whole, width=80))
    texts = ["\n".join(line.rstrip() for line in one.getvalue().splitlines()) for one in (short, whole)]
    assert "…" not in "".join(texts)
    assert texts == snapshot


def test_the_figures_show_what_was_counted() -> None:
    noise = example_noise()
    first, second = noise_figures(noise, {"suicide_attacks": "suicide attacks a month"})
    assert [one.id for one in first] == [
        "figure-noise-weights-2008-03-21",
        "figure-noise-within90-2008-03-21",
        "figure-noise-within50-2008-03-21",
    ]
    assert [one.id for one in second] == ["figure-noise-weights-2010-12-31"]
    points = first[1].spec["datasets"]["points"]
    of_one = {one["which"]: one["x"] for one in points if one["who"] == "suicide attacks a month"}
    held = judged(noise.dates[0])
    assert held is not None
    assert of_one == {"without noise": held.held_out[0].without90, "with noise": held.held_out[0].with90}
    for one in (*first, *second):
        json.dumps(one.spec, allow_nan=False)
        assert vl_convert.vegalite_to_svg({**one.spec, "width": 300}).count("<path") > 5
    assert noise_figures(None, {}) == ()


def test_a_weight_beyond_reason_makes_no_endless_axis() -> None:
    noise = example_noise()
    row = replace(noise.dates[0].rows[0], weight_with=1e12)
    wild = replace(noise, dates=(replace(noise.dates[0], rows=(row, *noise.dates[0].rows[1:])),))
    assert len(json.dumps(noise_figures(wild, {})[0][0].spec)) < 20_000


def test_the_page_has_the_section_only_where_noise_was_tried(document: Document) -> None:
    page = render_html(replace(document, noise=example_noise()))
    assert 'href="#noise"' in page
    assert "What chance in the flows changes" in page
    assert "particles collapsed</span>" in page
    assert "What becomes of the claims" in page
    assert "<b>dry up" not in page
    assert "82\u00a0% → 94\u00a0%" in page
    assert '<p class="loses">Caution: the particles collapsed' in page
    assert "What chance in the flows changes" not in render_html(replace(document, noise=None))

"""The briefing in a terminal: tables that hold at 80 columns and in a pipe; colour only repeats the words."""

from __future__ import annotations

from collections.abc import Iterable

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from stockade.briefing.calibrations import headline
from stockade.briefing.document import Document
from stockade.briefing.findings import ClaimVerdict, ForecastScore
from stockade.briefing.loop_terminal import print_feedback
from stockade.briefing.noises import made_words, short_sentences
from stockade.briefing.summary import answer, series_labels
from stockade.briefing.views import (
    claim_views,
    explanation_rows,
    parameter_views,
    score_views,
    shared,
)
from stockade.briefing.wording import (
    NOTHING,
    SPACE,
    coverage,
    day,
    evidence,
    margin,
    number,
    percent,
    percent_range,
    several,
    window,
)

WIDE = 100
STYLES = {
    "holds": "bold blue",
    "fails": "bold red",
    "depends": "magenta",
    "untestable": "dim",
    "ill-posed": "dim",
}


def print_briefing(document: Document, console: Console) -> None:
    """Prints all of it: the question and answer, explanations, verdicts, forecasts, what did not move."""
    print_answer(document, console)
    print_explanations(document, console)
    print_verdicts(document, console)
    print_scenarios(document, console)
    print_forecasts(document, console)
    print_chance(document, console)
    print_parameters(document, console)
    print_feedback(document, console)
    print_calibrations(document, console)
    print_notes(document, console)


def print_answer(document: Document, console: Console) -> None:
    """Prints the question and what the numbers answer to it."""
    _heading(console, document.study_details.question or document.study_details.title)
    for sentence in answer(document):
        _paragraph(console, sentence)


def print_explanations(document: Document, console: Console) -> None:
    """Prints the explanations with their weights and evidence at every date."""
    rows = explanation_rows(document)
    if not rows:
        return
    _heading(console, "Explanations")
    table = _table("explanation", (one.id for one, _ in rows))
    wide = console.width >= WIDE
    for as_of in document.as_of:
        table.add_column(f"weight as of {day(as_of.date)}", justify="right", max_width=16)
        if wide:
            table.add_column("log evidence", justify="right", max_width=14)
    for one, at in rows:
        cells = []
        for seen in at:
            cells.append(_tight(percent(seen.weight)) if seen else NOTHING)
            if wide:
                cells.append(evidence(seen.log_evidence, seen.mc_error) if seen else NOTHING)
        name = Text(one.id, overflow="fold")
        if one.kind == "null":
            name.append(" (no mechanism)", "dim")
        table.add_row(name, *cells)
    console.print(table)
    for one, at in rows:
        for as_of, seen in zip(document.as_of, at, strict=True):
            for warning in seen.warnings if seen else ():
                _paragraph(console, f"As of {day(as_of.date)}, {one.id}: {warning}")


def print_verdicts(document: Document, console: Console) -> None:
    """Prints every claim with its verdict at each date, side by side; opinions last."""
    claims, opinions = claim_views(document)
    if not claims and not opinions:
        return
    _heading(console, "Verdicts")
    table = _table("claim", (view.claim.id for view in (*claims, *opinions)))
    between = " " if console.width >= WIDE else "\n"
    for as_of in document.as_of:
        table.add_column(f"as of {day(as_of.date)}", overflow="fold")
    for view in (*claims, *opinions):
        cells = [_verdict(one, key, between) for one, key in zip(view.at, view.outcomes, strict=True)]
        table.add_row(Text(view.claim.id, overflow="fold"), *cells)
    console.print(table)
    _paragraph(console, "±: Monte Carlo error in points. In brackets: explanations heavier than 5 %.")
    _confidence(document, console)


def _verdict(one: ClaimVerdict | None, key: str, between: str) -> Text:
    if one is None:
        return Text("not judged", "dim")
    text = Text(one.headline, STYLES.get(key, ""), overflow="fold")
    if one.probability is not None:
        text.append(_tight(f" {percent(one.probability)} {margin(one.mc_error)}".rstrip()))
        if one.low is not None and one.high is not None:
            text.append(between + _tight(f"[{percent_range(one.low, one.high)}]"), "dim")
    if one.verdict != "judged" and not one.headline.startswith(one.verdict):
        text.append(f", {one.verdict}")
    for flag in one.flags:
        text.append(f", {flag}")
    return text


def _confidence(document: Document, console: Console) -> None:
    """Confidence stands apart from likelihood: a list of claims by level."""
    for as_of in document.as_of:
        levels: dict[str, list[str]] = {}
        for claim in as_of.claims:
            if claim.confidence is not None:
                levels.setdefault(claim.confidence.level, []).append(claim.id)
        for level, names in levels.items():
            _paragraph(console, f"Confidence as of {day(as_of.date)}: {level} for {several(names, 6)}.")


def print_scenarios(document: Document, console: Console) -> None:
    """Prints each scenario with the civilian deaths beside it."""
    rows = shared(document, "scenarios", "id")
    if not rows:
        return
    _heading(console, "Scenarios: civilians killed by the group, median and 90 % interval")
    table = _table("scenario", (one.id for one, _ in rows))
    for as_of in document.as_of:
        table.add_column(f"as of {day(as_of.date)}", overflow="fold")
    for one, at in rows:
        cells = []
        for seen in at:
            if seen is None:
                cells.append(NOTHING)
                continue
            inside = f"{number(seen.deaths_median)} ({number(seen.deaths_low)} to {number(seen.deaths_high)})"
            base = f"{number(seen.base_median)} ({number(seen.base_low)} to {number(seen.base_high)})"
            when = f", {window(seen.window)}" if seen.window else ""
            cells.append(f"{inside}; without it {base}{when}")
        table.add_row(Text(one.id), *cells)
    console.print(table)


def print_forecasts(document: Document, console: Console) -> None:
    """Prints the scores of every forecast, each series' winner marked, and who lost to whom."""
    labels = series_labels(document)
    for view in score_views(document):
        _heading(
            console, f"Forecast made as of {day(view.as_of.date)}: CRPS, lower is better (in 50 % · 90 %)"
        )
        table = _table("forecast", [name for name, kind, _ in view.rows if kind == "explanation"])
        for contest in view.contests:
            table.add_column(labels.get(contest.series, contest.series), justify="right", overflow="fold")
        for name, kind, scores in view.rows:
            cells = [
                _score(score, best=score is contest.winner)
                for score, contest in zip(scores, view.contests, strict=True)
            ]
            label = Text(name, overflow="fold")
            if kind == "null":
                label.append(" (no mechanism)", "dim")
            table.add_row(label, *cells, end_section=kind == "average")
        console.print(table)
        for sentence in view.sentences:
            _paragraph(console, sentence)


def print_chance(document: Document, console: Console) -> None:
    """Prints what noise in the flows changes, in sentences, where that was tried."""
    noise = document.noise
    if noise is None:
        return
    _heading(console, f"Chance in the flows, {made_words(noise)}")
    for at in noise.dates:
        for sentence in short_sentences(at):
            _paragraph(console, f"As of {day(at.date)}: {sentence}")
    for note in noise.notes:
        _paragraph(console, note)


def _score(score: ForecastScore | None, *, best: bool) -> Text:
    if score is None:
        return Text(NOTHING)
    text = Text(number(score.crps), "bold" if best else "")
    if best:
        text.append(" best", "bold")
    return text.append("\n" + _tight(f"{coverage(score.coverage50)} · {coverage(score.coverage90)}"), "dim")


def print_parameters(document: Document, console: Console) -> None:
    """Prints what of the heaviest mechanism was estimated at each date, and what the data could not move."""
    for view in parameter_views(document):
        if view.heaviest is None:
            continue
        _heading(console, f"Parameters under “{view.heaviest}”, as of {day(view.as_of.date)}")
        if view.known:
            table = _table("estimated", (one.name for one in view.known))
            for column in ("prior", "posterior", "shrinkage"):
                table.add_column(column, justify="right", overflow="fold")
            for one in view.known:
                prior = f"{number(one.prior_median)} ({number(one.prior_low)} to {number(one.prior_high)})"
                after = f"{number(one.median)} ({number(one.low)} to {number(one.high)})"
                table.add_row(Text(one.name, overflow="fold"), prior, after, number(one.shrinkage))
            console.print(table)
        unmoved = [f"{one.name} ({number(one.shrinkage)})" for one in view.unmoved]
        if unmoved:
            _paragraph(console, f"What the data could not move (shrinkage below 0.3): {several(unmoved)}.")
        for one in view.together:
            _paragraph(console, f"{one.says} Shrinkage {number(one.shrinkage)}.")


def print_calibrations(document: Document, console: Console) -> None:
    """Prints whether fits and verdicts were right about made-up truths, where that was tried."""
    if document.calibrations:
        _heading(console, "Calibration on made-up truths")
    for one in document.calibrations:
        start = (
            f"“{one.explanation}” as of {day(one.date)}, {one.replicates} replicates, made on {day(one.made)}"
        )
        _paragraph(console, f"{start}: {headline(one)}.")


def print_notes(document: Document, console: Console) -> None:
    """Prints what a reader must know before quoting a number."""
    dated = [f"As of {day(as_of.date)}: {note}" for as_of in document.as_of for note in as_of.notes]
    said = [*document.study_details.limits, *document.notes, *dated]
    if said:
        _heading(console, "Limits")
        for sentence in said:
            _paragraph(console, sentence)


def _heading(console: Console, text: str) -> None:
    console.print()
    console.print(Text(text, "bold"))


def _paragraph(console: Console, text: str) -> None:
    console.print(Text("- " + _tight(text)))


def _tight(text: str) -> str:
    """Rich breaks lines at a no-break space too, so a percentage goes without one."""
    return text.replace(SPACE, "")


def _table(first: str, names: Iterable[str] = ()) -> Table:
    """A table whose first column holds names unbroken as far as 28 letters."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    longest = max((len(name) for name in names), default=0)
    table.add_column(first, overflow="fold", min_width=min(28, longest))
    return table

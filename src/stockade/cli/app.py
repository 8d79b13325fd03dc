"""The commands of ``stockade``: their arguments and help. The work is done by the files beside this one.

Nothing heavy is imported here, so that ``--help`` answers at once; each command imports what it calls.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Literal

import typer

import stockade
from stockade.cli.arguments import (
    DataOption,
    FreshOption,
    JsonOption,
    ModelArgument,
    OutsideOption,
    ParticlesOption,
    RepeatsOption,
    SeedOption,
    StudyArgument,
)
from stockade.cli.batch_command import batch
from stockade.cli.beginning import claims, new
from stockade.cli.calibrate_command import calibrate
from stockade.cli.doors import door
from stockade.cli.events_command import events
from stockade.cli.leaving import influence
from stockade.cli.noises import noise
from stockade.cli.profile_command import profile
from stockade.cli.score_command import score

app = typer.Typer(
    name="stockade",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _example(command: str) -> str:
    return f"Example: stockade {command}"


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"stockade {stockade.__version__}")
        raise typer.Exit


@app.callback(epilog=_example("assess studies/iraq-2008"))
def stockade_(
    _version: Annotated[
        bool,
        typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and exit."),
    ] = False,
) -> None:
    """Puts what is said about an armed group to the test: a model, public data, written claims."""


@app.command(
    short_help="Say what is wrong with a study or a model.", epilog=_example("check studies/iraq-2008")
)
def check(
    path: Annotated[Path, typer.Argument(metavar="PATH", help="A study's folder, or a model file.")],
    extreme: Annotated[
        bool,
        typer.Option(
            "--extreme", help="Run the structure tests too: mass balance, extreme conditions, steps, order."
        ),
    ] = False,
    reality: Annotated[
        bool, typer.Option("--reality", help="Try the model's Reality Checks too, each forced to be met.")
    ] = False,
    json_file: JsonOption = None,
    data: DataOption = None,
    outside: OutsideOption = False,
) -> None:
    """Say what is wrong with a study or a model; it is run only where --extreme or --reality asks for that.

    Exit status 0 where it can run (warnings are shown), 2 where it cannot.
    """
    with door(json_file):
        from stockade.cli.checking import check_path
        from stockade.cli.sources import ModelFiles

        files = ModelFiles(path, tuple(data or ()), outside)
        check_path(files, json_file, extreme=extreme, reality=reality)


@app.command(
    short_help="Run a model once: draw it, write it.",
    epilog=_example("simulate studies/iraq-2008/model.mdl --set 'normal arrivals=60' --out run.csv"),
)
def simulate(
    model: ModelArgument,
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="NAME=VALUE", help="Give a constant another value; may be repeated."),
    ] = None,
    method: Annotated[
        Literal["euler", "rk4"] | None,
        typer.Option("--method", help="How to integrate; as the file says if not given."),
    ] = None,
    out: Annotated[
        list[Path] | None,
        typer.Option(
            "--out",
            metavar="FILE",
            help="Write the run: .csv a row per saved time (- is standard output), .html, .svg or .png a "
            "chart; may be repeated.",
        ),
    ] = None,
    plot: Annotated[
        list[str] | None,
        typer.Option("--plot", metavar="NAME", help="Draw this variable, not the stocks; may be repeated."),
    ] = None,
    no_plot: Annotated[
        bool, typer.Option("--no-plot", help="Draw nothing; without --out the table goes to standard output.")
    ] = False,
    json_file: JsonOption = None,
    data: DataOption = None,
    outside: OutsideOption = False,
) -> None:
    """Run a model once and draw its stocks; write a row per saved time, every variable under its own name."""
    with door(json_file, *(out or ())):
        from stockade.cli.simulating import Wanted, simulate_model
        from stockade.cli.sources import ModelFiles

        wanted = Wanted(tuple(out or ()), json_file, tuple(plot or ()), nothing_drawn=no_plot)
        files = ModelFiles(model, tuple(data or ()), outside)
        simulate_model(files, tuple(settings or ()), method, wanted)


@app.command(short_help="List the reference models.", epilog=_example("models"))
def models(json_file: JsonOption = None) -> None:
    """List the published models that come with Stockade: what each shows, its source, what was checked."""
    with door(json_file):
        from stockade.cli.models import list_models

        list_models(json_file)


@app.command(
    short_help="Show which feedback loop drives a model when.",
    epilog=_example("loops models/deitchman-1962 --out loops.html"),
)
def loops(
    model: ModelArgument,
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="NAME=VALUE", help="Give a constant another value; may be repeated."),
    ] = None,
    method: Annotated[
        Literal["euler", "rk4"] | None,
        typer.Option("--method", help="How to integrate; as the file says if not given."),
    ] = None,
    start: Annotated[
        float | None, typer.Option("--from", metavar="TIME", help="First time to look at.")
    ] = None,
    end: Annotated[float | None, typer.Option("--to", metavar="TIME", help="Last time to look at.")] = None,
    most: Annotated[
        int, typer.Option("--most", min=1, help="Look at all loops up to so many, else at the strongest.")
    ] = 1000,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="FILE", help="A page (.html) or the influence of every loop (.csv)."),
    ] = None,
    json_file: JsonOption = None,
    data: DataOption = None,
    outside: OutsideOption = False,
) -> None:
    """Show the feedback loops of a model: their polarity, their share of what happens, when they dominate."""
    with door(json_file, out):
        from stockade.cli.looping import show_loops
        from stockade.cli.sources import ModelFiles

        files = ModelFiles(model, tuple(data or ()), outside)
        show_loops(files, tuple(settings or ()), method, (start, end), most, out, json_file)


@app.command(
    short_help="Write a model in another format: .mdl or XMILE.",
    epilog=_example("convert models/deitchman-1962/model.mdl deitchman.xmile"),
)
def convert(
    model: ModelArgument,
    out: Annotated[
        Path, typer.Argument(metavar="OUT", help="The file to write; its suffix tells the format.")
    ],
    data: DataOption = None,
    outside: OutsideOption = False,
) -> None:
    """Write a model in another format: .mdl for Vensim; .xmile, .stmx or .xml for XMILE.

    Exit status 2, and nothing written, where the model holds what the other format cannot say.
    """
    with door(None, out):
        from stockade.formats.convert import convert as convert_file

        convert_file(model, out, data=tuple(data or ()), outside=outside)
        typer.echo(f"{out}: written")


app.command(
    short_help="Make a study of a group from a file of events.",
    epilog=_example("new my-study --events ged.csv --actor 'Northern Front' --country Norland"),
)(new)
app.command(
    short_help="Draft claims from a pasted article.", epilog=_example("claims article.txt --on 2008-03-21")
)(claims)


app.command(
    short_help="Say what an event file holds; count by month.",
    epilog=_example("events ged241.csv --actor 'Northern Front' --country Norland --out series.csv"),
)(events)


@app.command(short_help="Fit every explanation of a study.", epilog=_example("fit studies/iraq-2008"))
def fit(
    study: StudyArgument,
    json_file: JsonOption = None,
    seed: SeedOption = None,
    particles: ParticlesOption = None,
    repeats: RepeatsOption = None,
    fresh: FreshOption = False,
) -> None:
    """Fit every explanation of a study at each of its dates: weights, evidence, parameters."""
    with door(json_file):
        from stockade.cli.reporting import report

        report("fit", study, json_file, fresh=fresh, seed=seed, particles=particles, repeats=repeats)


@app.command(
    short_help="Judge the claims of a study.", epilog=_example("judge studies/iraq-2008 --json verdicts.json")
)
def judge(study: StudyArgument, json_file: JsonOption = None, fresh: FreshOption = False) -> None:
    """Judge the claims of a study: how probable each is, by whom it is carried, what cannot be tested."""
    with door(json_file):
        from stockade.cli.reporting import report

        report("judge", study, json_file, fresh=fresh)


@app.command(
    short_help="Forecast a study's series, and score it.", epilog=_example("forecast studies/iraq-2008")
)
def forecast(study: StudyArgument, json_file: JsonOption = None, fresh: FreshOption = False) -> None:
    """Forecast a study's series and score the forecast beside simple baselines."""
    with door(json_file):
        from stockade.cli.reporting import report

        report("forecast", study, json_file, fresh=fresh)


@app.command(
    short_help="Compare scenarios with what was.",
    epilog=_example("whatif studies/iraq-2008 steady_arrivals --json whatif.json"),
)
def whatif(
    study: StudyArgument,
    scenarios: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[SCENARIO]...", help="Ids in study.toml; ONE+OTHER for both together. All if not given."
        ),
    ] = None,
    as_of: Annotated[
        list[str] | None,
        typer.Option(
            "--as-of", metavar="DAY", help="A date of the study; may be repeated. The latest if not given."
        ),
    ] = None,
    noise: Annotated[
        bool, typer.Option("--noise", help="With chance in the flows: the same in both histories.")
    ] = False,
    json_file: JsonOption = None,
    seed: SeedOption = None,
    particles: ParticlesOption = None,
    repeats: RepeatsOption = None,
    fresh: FreshOption = False,
) -> None:
    """Compare every stock and flow under scenarios with what was, draw by draw, with intervals."""
    with door(json_file):
        from stockade.cli.contrasting import compare

        compare(
            study, tuple(scenarios or ()), tuple(as_of or ()), json_file,
            fresh=fresh, noise=noise, seed=seed, particles=particles, repeats=repeats,
        )  # fmt: skip


@app.command(
    short_help="The evidence month by month.", epilog=_example("follow studies/iraq-2008 --json weights.json")
)
def follow(
    study: StudyArgument,
    json_file: JsonOption = None,
    seed: SeedOption = None,
    particles: ParticlesOption = None,
    repeats: Annotated[
        int | None,
        typer.Option("--repeats", min=2, help="Independent runs of each explanation: 2 if not given."),
    ] = None,
    fresh: FreshOption = False,
) -> None:
    """Follow the weight of every explanation month by month, as the data became known.

    Says from which day on the data could tell two explanations apart. The next assess shows it.
    """
    with door(json_file):
        from stockade.cli.following import follow_and_show

        follow_and_show(study, json_file, fresh=fresh, seed=seed, particles=particles, repeats=repeats)


app.command(
    short_help="Calibrate a study on made-up truths.",
    epilog=_example("calibrate studies/iraq-2008 --explanation commentary --replicates 200"),
)(calibrate)


@app.command(
    short_help="What to watch: the observations that would tell most.",
    epilog=_example("watch studies/iraq-2008 --claim leaving-count --json watch.json"),
)
def watch(
    study: StudyArgument,
    claim: Annotated[
        list[str] | None,
        typer.Option("--claim", metavar="ID", help="A claim to learn about; may be repeated."),
    ] = None,
    as_of: Annotated[
        str | None,
        typer.Option(
            "--as-of", metavar="DAY",
            help="A date of the study. The latest that leaves so many months if not given.",
        ),
    ] = None,
    months: Annotated[int, typer.Option("--months", min=1, help="Coming months to look at.")] = 3,
    precision: Annotated[
        float | None,
        typer.Option(
            "--precision", min=0.01, max=5.0,
            help="How exact a new report would be: sd of its figure's log. Each kind's own if not given.",
        ),
    ] = None,
    json_file: JsonOption = None,
    seed: SeedOption = None,
    particles: ParticlesOption = None,
    repeats: RepeatsOption = None,
    fresh: FreshOption = False,
) -> None:  # fmt: skip
    """Rank observations not yet made by what they can be expected to tell, in bits, with indicators.

    About which explanation holds, and about claims that are named. The next assess shows it.
    """
    with door(json_file):
        from stockade.cli.watching import watch_and_show

        watch_and_show(
            study, tuple(claim or ()), json_file, as_of=as_of, months=months, precision=precision,
            fresh=fresh, seed=seed, particles=particles, repeats=repeats,
        )  # fmt: skip


app.command(
    short_help="What noise in the flows changes.",
    epilog=_example("noise studies/iraq-2008 --as-of 2008-03-21 --json noise.json"),
)(noise)


app.command(
    short_help="What the data alone know of each parameter.",
    epilog=_example("profile studies/iraq-2008 --explanation commentary --json profile.json"),
)(profile)


app.command(
    short_help="Which figures and sources carry the verdict.",
    epilog=_example("influence studies/iraq-2008 --json influence.json"),
)(influence)


@app.command(
    short_help="All of it: fit, judge, forecast, brief.",
    epilog=_example("assess studies/iraq-2008 --html briefing.html"),
)
def assess(
    study: StudyArgument,
    html_file: Annotated[
        Path | None,
        typer.Option(
            "--html", metavar="FILE", help="Where the briefing goes; STUDY/briefing/index.html if not given."
        ),
    ] = None,
    json_file: JsonOption = None,
    seed: SeedOption = None,
    particles: ParticlesOption = None,
    repeats: RepeatsOption = None,
    fresh: FreshOption = False,
) -> None:
    """Do all of it: fit, judge, forecast; print the briefing and write it as HTML and JSON.

    What is kept from an earlier run and still matches is used again; a run that was stopped goes on.
    """
    with door(json_file, html_file):
        from stockade.cli.reporting import assess_and_write

        assess_and_write(
            study, html_file, json_file, fresh=fresh, seed=seed, particles=particles, repeats=repeats
        )


app.command(
    short_help="Assess many studies, on all cores or on a cluster.",
    epilog=_example("batch studies/a studies/b --out results --scheduler tcp://127.0.0.1:8786"),
)(batch)

app.command(
    name="score",
    short_help="Score forecasts from many past days.",
    epilog=_example("score studies/iraq-2008 --every 6 --horizons 1-12 --html scores.html"),
)(score)


def main() -> None:
    """Runs the command line."""
    # Fits run one to a core; a linear algebra library with threads of its own would only get in their way.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    app(prog_name="stockade")

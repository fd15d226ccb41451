"""`secdigest evals`: models and rules scored on cases whose answers are known. Its calls are real and are paid."""

import asyncio
import tempfile
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import click
from upath import UPath

import secdigest_pipeline
from secdigest_pipeline.analysis.asking.failures import AnalystUnavailable
from secdigest_pipeline.analysis.asking.models import Model, UnknownModel
from secdigest_pipeline.analysis.asking.provider import Provider
from secdigest_pipeline.analysis.asking.replies import Replies
from secdigest_pipeline.analysis.evals.corpora import load
from secdigest_pipeline.analysis.evals.meaning import (
    EDITION,
    Outcome,
    Part,
    cells,
    code_alone,
    kinds_table,
    parts,
    score,
    table,
)
from secdigest_pipeline.analysis.evals.replies import evaluate, load_cases
from secdigest_pipeline.analysis.evals.replies import table as scores_table
from secdigest_pipeline.analysis.evals.second_reader import Reading, price, read_by
from secdigest_pipeline.analysis.records import Call
from secdigest_pipeline.analysis.reply.checking import CHECK
from secdigest_pipeline.base.files import write_atomic
from secdigest_pipeline.base.settings import Settings
from secdigest_pipeline.cli.terminal import end

FILES = click.Path(path_type=Path, dir_okay=False)
AT_ONCE = click.IntRange(1, 64)
_NO_KEY = "no key for the model: set ANTHROPIC_API_KEY, and ANTHROPIC_BASE_URL for another endpoint"
HEAD = ("printed by", "true lost", "distorted caught", "balanced accuracy", "without a verdict")


@click.group()
def evals() -> None:
    """Score models on cases with known answers. Every run pays for its calls: nothing that is kept is used."""


@evals.command()
@click.argument("files", nargs=-1, type=FILES, metavar="[FILE]...")
@click.option("--model", "names", multiple=True, help="May be repeated. Without it the first of SECDIGEST_MODELS.")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Write the tables there as well.")
@click.option(
    "--max-usd", default=0.50, show_default=True, type=click.FloatRange(min=0), help="Most that all calls may cost."
)
@click.option("--at-once", default=8, show_default=True, type=AT_ONCE)
def meaning(files: tuple[Path, ...], names: tuple[str, ...], out: Path | None, max_usd: float, at_once: int) -> None:
    """What a model catches as the second reader: true statements lost and distorted ones stopped, by code, by it, by both.

    Each FILE (JSON Lines) holds articles with labelled statements. Without one: our planted set and the shared corpora, as far as they
    lie beside the package. Only the check call is asked. An estimate stands before the first one; what it takes for likely must
    fit under --max-usd.
    """
    settings = Settings.from_env()
    provider = _provider(settings)
    try:
        models = [provider.model(name) for name in names or settings.models[:1]]
        corpora = {path.name: parts(load(path), f"corpus-{at}") for at, path in enumerate(files or _beside())}
    except OSError as error:
        end(f"{error.filename}: cannot be read ({error.strerror})")
    except (UnknownModel, ValueError) as error:
        end(str(error))
    if not corpora:
        end("no corpus of statements is there: name a FILE")
    _estimated(models, corpora, max_usd)
    with tempfile.TemporaryDirectory() as folder:
        replies = Replies(UPath(folder))
        try:
            read = {one.name: _read(one, provider, corpora, replies, max_usd, at_once) for one in models}
        except AnalystUnavailable as error:
            end(str(error))
        text = _report(corpora, read, replies.calls(EDITION))
    click.echo(text)
    if out is not None:
        write_atomic(UPath(out), text.encode())


@evals.command()
@click.argument("cases", type=FILES)
@click.option("--model", "names", multiple=True, required=True, help="May be repeated: one row of the table each.")
@click.option("--at-once", default=8, show_default=True, type=AT_ONCE)
def replies(cases: Path, names: tuple[str, ...], at_once: int) -> None:
    """What whole replies of a model are worth on the articles of CASES (JSON Lines): grounded statements, roles, names, cost."""
    try:
        loaded = load_cases(cases)
        provider = _provider(Settings.from_env())
        click.echo(scores_table([asyncio.run(evaluate(loaded, name, provider, at_once=at_once)) for name in names]))
    except OSError as error:
        end(f"{error.filename}: cannot be read ({error.strerror})")
    except (AnalystUnavailable, ValueError) as error:
        end(str(error))


def _provider(settings: Settings) -> Provider:
    provider = Provider.of(settings)
    if missing := provider.missing():
        end(_NO_KEY if provider.name == "anthropic" else missing)
    return provider


def _beside() -> list[Path]:
    root = Path(secdigest_pipeline.__file__).resolve().parents[1]
    shared = root.parent / "shared" / "corpora" / "meaning"
    found = [
        root / "evals" / "planted_meaning.jsonl",
        *(shared / f"{n}.jsonl" for n in ("articles", "pairs", "sentences")),
    ]
    return [path for path in found if path.is_file()]


def _estimated(models: Sequence[Model], corpora: Mapping[str, Sequence[Part]], max_usd: float) -> None:
    likely = 0.0
    for one in models:
        priced = price([part for asked in corpora.values() for part in asked], one)
        likely += priced.likely
        said = f"about ${priced.likely:.3f}, at most ${priced.most:.3f} were every answer as long as it may be"
        click.echo(f"estimate: {priced.calls} calls of {one.name}, {said}", err=True)
    if likely > max_usd:
        end(f"about ${likely:.3f} is more than --max-usd {max_usd:g}: nothing was asked")


def _read(
    one: Model,
    provider: Provider,
    corpora: Mapping[str, Sequence[Part]],
    kept: Replies,
    max_usd: float,
    at_once: int,
) -> dict[str, list[Reading | None]]:
    asked = [part for found in corpora.values() for part in found]
    readings = iter(asyncio.run(read_by(one, asked, kept, provider, max_usd=max_usd, at_once=at_once)))
    return {name: [next(readings) for _ in found] for name, found in corpora.items()}


def _report(
    corpora: Mapping[str, Sequence[Part]], read: Mapping[str, Mapping[str, list[Reading | None]]], calls: Sequence[Call]
) -> str:
    lines = [
        "# Meaning, with a model as second reader",
        "",
        f"`secdigest evals meaning`, {datetime.now(UTC):%Y-%m-%d}, {', '.join(read)}; rules and schema of the check: {CHECK.version}.",
    ]
    for name, asked in corpora.items():
        alone = [row for part in asked for row in code_alone(part)]
        found: dict[str, list[Outcome]] = {"code alone": alone}
        rows = [["code alone", *cells(score(alone)), "-"]]
        for reader, corpus in read.items():
            readings = [reading for reading in corpus[name] if reading is not None]
            unchecked = str(sum(reading.unchecked for reading in readings))
            by_reader = [row for reading in readings for row in reading.alone]
            found[f"code and {reader}"] = [row for reading in readings for row in reading.together]
            rows.append([f"{reader} alone", *cells(score(by_reader)), unchecked])
            rows.append([f"code and {reader}", *cells(score(found[f"code and {reader}"])), unchecked])
        whole = score(alone)
        lines += ["", f"## {name}: {whole.true} true, {whole.distorted} distorted", "", table(HEAD, rows)]
        lines += ["", kinds_table(found)]
        for reader, corpus in read.items():
            if left := corpus[name].count(None):
                lines += ["", f"{left} of {len(asked)} calls of {reader} were not made: the cap was reached."]
    lines += ["", "## Paid", ""]
    for reader in read:
        own = [call for call in calls if call.model_asked == reader]
        prompt = sum(call.input_tokens + call.cache_write_tokens + call.cache_read_tokens for call in own)
        output, usd = sum(call.output_tokens for call in own), sum(call.cost_usd for call in own)
        lines.append(f"- {reader}: {len(own)} calls, {prompt:,} tokens in, {output:,} out, ${usd:.4f}")
    return "\n".join(lines) + "\n"

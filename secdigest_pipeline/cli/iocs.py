"""`secdigest iocs`: indicators of a text on standard input, a search in the ledger's history, and exports of a range."""

import json
import sys
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path

import click
from upath import UPath

from secdigest_pipeline.base.characters import printable
from secdigest_pipeline.base.editions import Edition
from secdigest_pipeline.cli.dates import EDITION
from secdigest_pipeline.cli.terminal import end
from secdigest_pipeline.indicators.exports.files import range_files
from secdigest_pipeline.indicators.exports.formats import FORMATS
from secdigest_pipeline.indicators.finding.defang import defang
from secdigest_pipeline.indicators.finding.find import find
from secdigest_pipeline.indicators.finding.spelling import host_in
from secdigest_pipeline.indicators.past.history import History
from secdigest_pipeline.indicators.records import IOCS
from secdigest_pipeline.orchestration.services import Services
from secdigest_pipeline.report.publish import publish

MAX_INPUT = 5 * 1024 * 1024
_FORMATS = ". ".join(f"{format.name}: {format.what}" for format in FORMATS.values())


@click.group(invoke_without_command=True)
@click.pass_context
def iocs(context: click.Context) -> None:
    """Indicators: without a command, those of the text on standard input as JSON Lines (type, value, raw, start, end, defanged).

    Offsets count characters of the input read as UTF-8. At most 5 MiB are taken. A value on the list of SECDIGEST_IOC_LIST has what that
    says of it as `local`.
    """
    if context.invoked_subcommand is not None:
        return
    if sys.stdin.isatty():
        click.echo(context.get_help())
        return
    own = Services().configured.local_list
    data = sys.stdin.buffer.read(MAX_INPUT + 1)
    if len(data) > MAX_INPUT:
        end(f"the text on standard input is longer than {MAX_INPUT} bytes")
    for found in find(data.decode("utf-8", errors="replace")):
        row = {name: getattr(found, name) for name in ("type", "value", "raw", "start", "end", "defanged")}
        entry = own.entry(found.value, host_in(found.type, found.value))
        if entry:
            row["local"] = asdict(entry)
        click.echo(json.dumps(row, ensure_ascii=False))


@iocs.command()
@click.argument("value")
@click.option("--json", "as_json", is_flag=True, help="JSON Lines, values live.")
def search(value: str, as_json: bool) -> None:
    """Where the ledger has VALUE, defanged or not: when, in which role, on what evidence, and on which page.

    Of a host, URL or address the IOCs on the same host are shown too, unless a shared service answers there. Exit code 1: nothing is known.
    """
    type, normal = _observable(value)
    found = History(Services().settings.data / "history").search(type, normal)
    for kind, sighting in found:
        if as_json:
            click.echo(json.dumps({"match": kind, **asdict(sighting)}, ensure_ascii=False))
        else:
            click.echo(_shown(kind, asdict(sighting)))
    if not found:
        end(f"{type} {value!r} is in no edition of the ledger")


@iocs.command(
    help=f"""One file a format over the editions FROM to TO that were made; the same ledger gives the same bytes.

    {_FORMATS}."""
)
@click.argument("first", type=EDITION, metavar="FROM")
@click.argument("last", type=EDITION, metavar="TO")
@click.option(
    "--format", "formats", type=click.Choice(list(FORMATS)), multiple=True, help="May be repeated. Default: all."
)
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), required=True, help="Folder for the files.")
def export(first: Edition, last: Edition, formats: tuple[str, ...], out: Path) -> None:
    if first > last:
        raise click.BadParameter(f"FROM {first.key} is after TO {last.key}")
    services = Services()
    editions = [Edition(first.day + timedelta(days=n)) for n in range((last.day - first.day).days + 1)]
    made = [edition for edition in editions if (services.tables / IOCS.name / f"{edition.key}.parquet").exists()]
    if not made:
        end(f"no edition from {first.key} to {last.key} was made: run `secdigest backfill` first")
    ledgers = [(edition, services.stored(IOCS, edition)) for edition in made]
    for path in publish(UPath(out.absolute()), range_files(ledgers, formats or FORMATS)):
        click.echo(str(path))


def _observable(text: str) -> tuple[str, str]:
    """(type, normalised value) of what was asked for; ends the command when it is no single value."""
    given = text.strip()
    if len(given) > 4096:
        end("VALUE is longer than 4096 characters")
    # A name that could be a file's is taken for a host only when it is defanged
    spellings = (given, defang(given, "domain"))
    whole = [item for spelling in spellings for item in find(spelling) if (item.start, item.end) == (0, len(spelling))]
    if not whole:
        end(f"{given[:100]!r} is no address, host, URL, e-mail address, hash or CVE id")
    return whole[0].type, whole[0].value


def _shown(kind: str, row: dict[str, str]) -> str:
    """One sighting on four short lines, defanged, without a character that would steer a terminal."""
    verdict = "IOC" if row["is_ioc"] else f"not an IOC ({row['suppressed']})"
    names = [f"{name} {row[name]}" for name in ("malware", "actor") if row[name] not in ("unknown", "N/A")]
    lines = [
        f"{row['edition']}  {kind}  {row['type']}  {defang(row['value'], row['type'])}",
        f"  {row['role']}, confidence {float(row['confidence']):.2f}, {verdict}{''.join(f', {name}' for name in names)}",
        f"  {row['evidence']}",
        f"  {row['source_url']}  (article {row['article_id']})",
    ]
    return "\n".join(printable(line) for line in lines)

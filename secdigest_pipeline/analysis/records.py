"""Rows of the analysis tables: what is said of each article with the quote behind it, and every model call."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal

from secdigest_pipeline.base.tables import DayKey, Named, Table
from secdigest_pipeline.indicators.records import IocRole, Threat
from secdigest_pipeline.intake.records import Section

AnalysisState = Literal["analysed", "refused", "extractive", "failed"]

# The calls that may be made about an article: its statements, their check, replacements of what fell, and the check of these.
CallKind = Literal["write", "check", "mend", "recheck"]


# What the second call says of a statement: the article says it, says the opposite, says less, does not say it; or nobody looked.
CheckVerdict = Literal["supported", "contradicted", "overstated", "not_stated", "unchecked"]


@dataclass(frozen=True, slots=True)
class Quote:
    """A passage of the article's `text`."""

    text: Annotated[str, "verbatim source text"]
    start: Annotated[int, "offset in the article's text, characters", Named("start_offset")]
    end: Annotated[int, "end, characters", Named("end_offset")]


@dataclass(frozen=True, slots=True)
class Statement:
    """One printed statement and the spans of the article's `text` it rests on."""

    text: Annotated[str, "the statement, one line"]
    quote: Annotated[str, "verbatim source text behind it; empty when none was found"]
    start: Annotated[
        int | None, "offset of the quote in the article's text, characters; null without quote", Named("start_offset")
    ]
    end: Annotated[int | None, "end of the quote, characters; null without quote", Named("end_offset")]
    verdict: Annotated[str, "`grounded`, `no_quote`, or `unsupported: <what>`; only grounded statements are printed"]
    more_quotes: Annotated[tuple[Quote, ...] | None, "further passages it rests on, at most two; null when none"] = None
    check: Annotated[
        CheckVerdict | None,
        "what the checking call says of it; null for sentences of the article and where none is due",
        Named("check_verdict"),
    ] = None
    ground: Annotated[Quote | None, "the passage that the checking call gave for its verdict; null when none"] = None


@dataclass(frozen=True, slots=True)
class Event:
    """What happened, as a row of the events file needs it (docs/contract.md 3.2); its words are those of the printed lines."""

    title: Annotated[str, "short headline in Japanese"]
    summary: Annotated[str, "one to three sentences in Japanese"]
    event_type: Annotated[str, "event_type of the taxonomy"]
    confidence: Annotated[
        Literal["high", "medium", "low"], "high: stated; medium: natural reading; low: partly inferred"
    ]
    needs_review: Annotated[bool, "classification or evidence is doubtful, or a text of the reply failed its check"]
    followup: Annotated[Literal["yes", "maybe", "no"], "candidate for the monthly review"]
    quote: Annotated[str, "verbatim source text behind it"]
    start: Annotated[int | None, "offset of the quote in the article's text, characters", Named("start_offset")]
    end: Annotated[int | None, "end of the quote, characters", Named("end_offset")]
    slug: Annotated[
        str | None, "its subject in a few English words joined by _; empty when none holds, null when not asked"
    ] = None


@dataclass(frozen=True, slots=True)
class Tag:
    """One taxonomy tag of the event (docs/contract.md 3.3)."""

    dimension: Annotated[str, "dimension of the taxonomy"]
    raw_value: Annotated[str, "wording behind the value"]
    normalized_value: Annotated[str, "closed value of the taxonomy, or slug of a name"]
    confidence: Annotated[
        Literal["high", "medium", "low"], "high: stated; medium: natural reading; low: partly inferred"
    ]
    note: Annotated[str, "short ground; empty when none"]
    quote: Annotated[str, "verbatim source text behind it; empty for unknown and not_applicable without one"]
    start: Annotated[
        int | None, "offset of the quote in the article's text, characters; null without quote", Named("start_offset")
    ]
    end: Annotated[int | None, "end of the quote, characters; null without quote", Named("end_offset")]
    check: Annotated[
        CheckVerdict | None, "what the checking call says of it; null when none is due", Named("check_verdict")
    ] = None


@dataclass(frozen=True, slots=True)
class Actor:
    """One attacker that the article names."""

    name: Annotated[str, "as the article spells it"]
    aliases: Annotated[tuple[str, ...], "other names that the article gives it"]
    attribute: Annotated[str, "china, russia, north-korea, iran, cybercrime, hacktivist or `unknown`"]
    confidence: Annotated[Literal["high", "medium", "low"], "medium or low where the article says suspected or linked"]
    quote: Annotated[str, "verbatim source text behind it"]
    start: Annotated[int, "offset of the quote in the article's text, characters", Named("start_offset")]
    end: Annotated[int, "end of the quote, characters", Named("end_offset")]


@dataclass(frozen=True, slots=True)
class NamedMalware:
    """One malware that the article names."""

    name: Annotated[str, "as the article spells it"]
    aliases: Annotated[tuple[str, ...], "other names that the article gives it"]
    type: Annotated[str, "ransomware, stealer, backdoor, RAT, loader, wiper ... or `unknown`"]
    quote: Annotated[str, "verbatim source text behind it"]
    start: Annotated[int, "offset of the quote in the article's text, characters", Named("start_offset")]
    end: Annotated[int, "end of the quote, characters", Named("end_offset")]


@dataclass(frozen=True, slots=True)
class AffectedProduct:
    """One affected product, as far as the article tells; every text holds only values of the article."""

    name: Annotated[str, "as the article spells it"]
    affected: Annotated[str, "affected versions; empty when not said"]
    fixed: Annotated[str, "fixed versions; empty when not said"]
    condition: Annotated[str, "what must be so for a system to be exposed; empty when not said"]
    check: Annotated[CheckVerdict, "what the checking call says of it", Named("check_verdict")]
    quote: Annotated[str, "verbatim source text behind it"]
    start: Annotated[int, "offset of the quote in the article's text, characters", Named("start_offset")]
    end: Annotated[int, "end of the quote, characters", Named("end_offset")]


@dataclass(frozen=True, slots=True)
class Victim:
    """Who was hit, as far as the article tells."""

    sector: Annotated[str, "sector, Japanese; empty when not said"]
    country: Annotated[str, "country, Japanese; empty when not said"]
    quote: Annotated[str, "verbatim source text behind it"]
    start: Annotated[int, "offset of the quote in the article's text, characters", Named("start_offset")]
    end: Annotated[int, "end of the quote, characters", Named("end_offset")]


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of the article's text."""

    start: Annotated[int, "offset, characters", Named("start_offset")]
    end: Annotated[int, "end, characters", Named("end_offset")]


@dataclass(frozen=True, slots=True)
class Analysis:
    """What one analyst says of one article."""

    edition: Annotated[DayKey, "edition date"]
    article_id: Annotated[str, "stable hash of the canonical URL"]
    state: Annotated[
        AnalysisState,
        "analysed: by a model; extractive: sentences of the article; refused: every model declined (extractive text "
        "used); failed: no usable reply (extractive text used when there is any)",
    ]
    reason: Annotated[str, "why the state is refused or failed; empty otherwise"]
    analyst: Annotated[Literal["anthropic", "extractive"], "component whose text stands here"]
    model: Annotated[str, "model that answered; empty for extractive"]
    prompt_version: Annotated[str, "version of prompt and schema; empty for extractive"]
    reply_id: Annotated[str, "key of the kept reply; empty for extractive"]
    title_ja: Annotated[str, "headline in Japanese (in the article's own language when extractive)"]
    section: Annotated[Section, "section of the report"]
    summary: Annotated[tuple[Statement, ...], "summary lines, most important first"]
    recommendations: Annotated[tuple[Statement, ...], "recommendations the article itself gives, at most 3"]
    notes: Annotated[tuple[Statement, ...], "exploitation state and attacker, at most 3"]
    advice: Annotated[str, "the model's own one line to a reader; empty when none"]
    ioc_roles: Annotated[tuple[IocRole, ...], "roles of observables found by code"]
    threat: Annotated[Threat, "actor and malware named by the article"]
    dropped: Annotated[tuple[Statement, ...], "statements of the reply that failed grounding, with their verdicts"]
    event: Annotated[Event | None, "the event the article reports; null when no model gave one"] = None
    tags: Annotated[tuple[Tag, ...] | None, "taxonomy tags, by dimension and value; null when no model was asked"] = (
        None
    )
    left_out: Annotated[
        tuple[Span, ...] | None, "what of a long text the model was not shown, in order; null when no model was asked"
    ] = None
    list_price_usd: Annotated[
        float | None,
        "list price of the replies behind it, USD, cached input at the full price, a batch at half; null without a reply",
    ] = None
    title: Annotated[Statement | None, "the headline with what it rests on; null when it is the article's own"] = None
    advice_check: Annotated[CheckVerdict | None, "what the checking call says of the advice; null when none is due"] = (
        None
    )
    check_state: Annotated[
        Literal["checked", "unchecked"] | None,
        "checked: every printed statement is supported; unchecked: nobody looked at some; null when no model wrote them",
    ] = None
    check_reason: Annotated[str | None, "why a statement is unchecked; empty when none is"] = None
    reply_ids: Annotated[tuple[str, ...] | None, "keys of the kept replies: write, check, mend, last check"] = None
    relevance: Annotated[int | None, "0 off topic to 3 act today; null when no model was asked"] = None
    relevance_reason: Annotated[str | None, "exploited, breach, patch, research, policy, business, off-topic"] = None
    basis: Annotated[str | None, "who says the main claim: confirmed, claimed_by_attacker, unnamed_source, unknown"] = (
        None
    )
    actors: Annotated[tuple[Actor, ...] | None, "attackers the article names; null when no model was asked"] = None
    malware: Annotated[tuple[NamedMalware, ...] | None, "malware the article names; null when no model was asked"] = (
        None
    )
    products: Annotated[tuple[AffectedProduct, ...] | None, "affected products; null when no model was asked"] = None
    techniques: Annotated[tuple[str, ...] | None, "ATT&CK ids that stand in the article; null when not asked"] = None
    victims: Annotated[tuple[Victim, ...] | None, "who was hit; null when no model was asked"] = None


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a model that was made (a reply taken from the kept ones is none)."""

    call_id: Annotated[str, "unique"]
    at: Annotated[datetime, "when the call ended, UTC"]
    edition: Annotated[DayKey, "edition it was made for"]
    article_id: Annotated[str, "article it was made for"]
    model_asked: Annotated[str, "model in the request"]
    model: Annotated[str, "model that answered; empty when none did"]
    prompt_version: Annotated[str, "version of prompt and schema"]
    outcome: Annotated[str, "ok, refusal, max_tokens, invalid, or the error's type"]
    stop_reason: Annotated[str, "stop reason of the reply; empty when none"]
    request_id: Annotated[str, "request id of the reply; empty when none"]
    input_tokens: Annotated[int, "uncached input tokens"]
    cache_write_tokens: Annotated[int, "input tokens written to the prompt cache"]
    cache_read_tokens: Annotated[int, "input tokens read from the prompt cache"]
    output_tokens: Annotated[int, "output tokens, thinking included"]
    cost_usd: Annotated[float, "price of the call by the price table, USD"]
    seconds: Annotated[float, "duration of the call, retries included, seconds"]
    call: Annotated[CallKind | None, "which of an article's calls; null in a row of before there were several"] = None
    estimated: Annotated[
        bool | None,
        "the endpoint did not say what was used (no answer, or no usable numbers): tokens and price are upper bounds; null "
        "in a row of before this was told",
    ] = None


ARTICLE_ANALYSES = Table("article_analyses", Analysis, key=("article_id",))

"""The analyst that asks a Claude model through the official SDK: every way a call can end leads to a printed entry.

Replies are kept before they are read, so what was paid for once is never paid for again.
"""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from types import TracebackType
from typing import Self

from secdigest_pipeline.analysis.asking import models
from secdigest_pipeline.analysis.asking.answer import Order
from secdigest_pipeline.analysis.asking.endpoint import Endpoint, NoReply, Patience
from secdigest_pipeline.analysis.asking.failures import AnalystUnavailable, Failure
from secdigest_pipeline.analysis.asking.models import Model
from secdigest_pipeline.analysis.asking.provider import Provider
from secdigest_pipeline.analysis.asking.reading import Unusable, read
from secdigest_pipeline.analysis.asking.replies import KeptReply, Replies, content_key, reply_key
from secdigest_pipeline.analysis.assemble import assemble
from secdigest_pipeline.analysis.extractive import extract
from secdigest_pipeline.analysis.records import Analysis, AnalysisState
from secdigest_pipeline.analysis.reply.prompt import SYSTEM, VERSION, Candidate, candidates, user_turn
from secdigest_pipeline.analysis.reply.schema import SCHEMA, Reply
from secdigest_pipeline.articles.records import Article
from secdigest_pipeline.indicators.finding.find import Observable

log = logging.getLogger(__name__)

DEADLINE_SECONDS = 300.0
# Most batches end within one hour, all within 24 (platform.claude.com, build-with-claude/batch-processing). A run of the
# daemon is ended after two (dagster.yaml, run_monitoring): it stops by itself before that, and says how to go on.
POLL_SECONDS = 30.0
WAIT_SECONDS = 1.5 * 3600.0
ALL = "*"
ATTEMPTS = 2  # a reply that is cut off or not of the schema is asked for once more


class AnthropicAnalyst:
    """Analyst over the Messages API: `async with AnthropicAnalyst(("claude-haiku-5-5",), replies) as analyst`.

    `names` are asked in order, the next one only after a refusal. `max_usd` and `max_usd_month` cap what the calls of one
    edition and of a calendar month may cost (None: no cap), `deadline` is what all calls for one article may take, seconds.

    A reply that is kept is used whatever prompt or model it came from. `refresh` names articles that are asked anew all
    the same; `*` in it stands for every article whose kept reply is of another prompt or model than today's. With `batch`
    whatever `prepare` is told of and is not kept goes by a Message Batch, at half price and up to a day later. Making one
    raises AnalystUnavailable for a model without a price, entering it without a usable key.
    """

    def __init__(
        self,
        names: Sequence[str],
        replies: Replies,
        *,
        max_usd: float | None = None,
        max_usd_month: float | None = None,
        refresh: frozenset[str] | None = None,
        batch: bool = False,
        poll_seconds: float = POLL_SECONDS,
        wait_seconds: float = WAIT_SECONDS,
        deadline: float = DEADLINE_SECONDS,
        provider: Provider = Provider(),  # noqa: B008 - frozen
    ) -> None:
        try:
            self._models = [provider.model(name) for name in names]
        except models.UnknownModel as error:
            raise AnalystUnavailable(str(error)) from None
        self._replies = replies
        self._deadline = deadline
        self._refresh = refresh or frozenset()
        self._is_batch = batch
        self._polled = {"poll_seconds": poll_seconds, "wait_seconds": wait_seconds}
        self._endpoint = Endpoint(replies, max_usd, max_usd_month, provider)
        self._locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def __aenter__(self) -> Self:
        for model in self._models:
            warning = models.retirement_warning(model.name, datetime.now(UTC).date())
            if warning:
                log.warning(warning)
        await self._endpoint.__aenter__()
        self._began = datetime.now(UTC)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._endpoint.__aexit__(kind, error, trace)

    async def prepare(self, articles: Sequence[Article], observables: Mapping[str, Sequence[Observable]]) -> None:
        """Have the replies of all articles fetched by one Message Batch an edition, if batches are on.

        What a batch was handed in for is never asked for again beside it: AnalystUnavailable when one has not ended in
        time, and without batches when one is under way at all; the next run goes on with the same batch.
        """
        if not self._is_batch:
            for edition in sorted({article.edition for article in articles}):
                await self._endpoint.finish_batches(edition)
        else:
            for edition, orders in (await self._by_edition(articles, observables)).items():
                await self._endpoint.ask_in_batch(orders, edition, **self._polled)

    async def submit(self, articles: Sequence[Article], observables: Mapping[str, Sequence[Observable]]) -> None:
        """Hand in one Message Batch an edition for all that is not kept, and wait for none: `prepare` will find them."""
        for edition, orders in (await self._by_edition(articles, observables)).items():
            await self._endpoint.submit_batch(orders, edition)

    async def _by_edition(
        self, articles: Sequence[Article], observables: Mapping[str, Sequence[Observable]]
    ) -> dict[str, list[Order]]:
        orders = await asyncio.to_thread(self._orders, articles, observables)
        found: dict[str, list[Order]] = {article.edition: [] for article in articles}
        for order in orders.values():
            found[order.edition].append(order)
        return found

    def _orders(self, articles: Sequence[Article], observables: Mapping[str, Sequence[Observable]]) -> dict[str, Order]:
        """What is to be asked of the first model by key; what it refused or could not do before is not asked again."""
        model = self._models[0]
        orders: dict[str, Order] = {}
        for article in articles:
            if not article.text.strip():
                continue
            listed = candidates(article, observables.get(article.article_id, ()))
            content = content_key(article, listed)
            key = reply_key(content, model.name, VERSION)
            usable = self._usable(content)
            if self._is_refreshed(article, usable[0]) if usable else self._replies.get(key) is None:
                orders.setdefault(key, _order(article, listed, model, content))
        return orders

    async def analyse_one(self, article: Article, observables: Sequence[Observable]) -> Analysis:
        """The analysis of one article; `refused` or `failed` with extractive text when no model gave a usable reply.

        An article without text is not asked about. AnalystUnavailable when no article would fare better.
        """
        if not article.text.strip():
            return extract(article)
        listed = candidates(article, observables)
        content = content_key(article, listed)
        async with self._locks[content]:  # the same text at two outlets is asked about once
            usable = await asyncio.to_thread(self._usable, content)
            if usable and not self._is_refreshed(article, usable[0]):
                return await _assembled(article, listed, *usable)
            answer = await self._asked(article, listed, content)
        if isinstance(answer, Analysis):
            if usable is None:
                return answer
            log.warning("article %s: not asked anew (%s)", article.article_id, answer.reason)
            return await _assembled(article, listed, *usable)
        return await _assembled(article, listed, *answer)

    def _usable(self, content: str) -> tuple[KeptReply, Reply] | None:
        """The kept reply to use: to today's prompt by the first model that has one, else the newest of any version."""
        for model in self._models:
            kept = self._replies.get(reply_key(content, model.name, VERSION))
            if kept is not None and isinstance(reading := read(kept), Reply):
                return kept, reading
        for kept in reversed(self._replies.versions(content)):
            if isinstance(reading := read(kept), Reply):
                return kept, reading
        return None

    def _is_refreshed(self, article: Article, kept: KeptReply) -> bool:
        if article.article_id in self._refresh and not self._is_new(kept):
            return True
        todays = kept.version == VERSION and kept.model_asked in [model.name for model in self._models]
        return ALL in self._refresh and not todays

    def _is_new(self, kept: KeptReply) -> bool:
        """Whether a reply was received since this analyst began: the same text at a second outlet."""
        return kept.at >= self._began

    async def _asked(
        self, article: Article, listed: Sequence[Candidate], content: str
    ) -> tuple[KeptReply, Reply] | Analysis:
        """A model's reply, or the analysis without one."""
        patience = Patience(self._deadline)
        declined: list[str] = []
        for model in self._models:
            try:
                kept, reading = await self._reply(article, listed, model, content, patience)
            except NoReply as error:
                if error.failure.fatal or (error.failure.missing and model is self._models[0]):
                    raise AnalystUnavailable(_unavailable(model, error.failure)) from None
                if not error.failure.missing:
                    return _fallback(article, "failed", [*declined, f"{model.name}: {error.failure.reason}"])
                declined.append(f"{model.name}: {error.failure.reason}")
                continue
            if isinstance(reading, Reply):
                return kept, reading
            declined.append(f"{model.name}: {reading.reason}")
            if reading.outcome != "refusal":
                return _fallback(article, "failed", declined)
        return _fallback(article, "refused", declined)

    async def _reply(
        self, article: Article, listed: Sequence[Candidate], model: Model, content: str, patience: Patience
    ) -> tuple[KeptReply, Reply | Unusable]:
        """The reply of one model, new unless what is kept says that it has none; NoReply when there is none."""
        key = reply_key(content, model.name, VERSION)
        kept = await asyncio.to_thread(self._replies.get, key)
        reading = read(kept) if kept else None
        named = article.article_id in self._refresh and kept is not None and not self._is_new(kept)
        if named or isinstance(reading, Reply):
            kept, reading = None, None
        attempt = kept.attempt if kept else 0
        while reading is None or (isinstance(reading, Unusable) and reading.again and attempt < ATTEMPTS):
            attempt += 1
            longer = isinstance(reading, Unusable) and reading.outcome == "max_tokens"
            try:
                order = replace(_order(article, listed, model, content), attempt=attempt, longer=longer)
                kept = await self._endpoint.ask(order, patience)
                reading = read(kept)
            except NoReply as error:
                if not error.failure.again or attempt >= ATTEMPTS:
                    raise
        assert kept is not None
        return kept, reading


def _order(article: Article, listed: Sequence[Candidate], model: Model, content: str) -> Order:
    return Order(
        edition=article.edition,
        article_id=article.article_id,
        call="write",
        model=model,
        key=reply_key(content, model.name, VERSION),
        version=VERSION,
        system=SYSTEM,
        schema=SCHEMA,
        turn=lambda nonce: user_turn(article, listed, nonce),
        reads=read,
    )


async def _assembled(article: Article, listed: Sequence[Candidate], kept: KeptReply, reading: Reply) -> Analysis:
    # a long hostile page takes a while to check; the calls under way go on meanwhile
    return await asyncio.to_thread(assemble, article, listed, reading, kept)


def _fallback(article: Article, state: AnalysisState, reasons: Sequence[str]) -> Analysis:
    return replace(extract(article), state=state, reason="; ".join(reasons))


def _unavailable(model: Model, failure: Failure) -> str:
    what = "check SECDIGEST_MODELS" if failure.missing else "check ANTHROPIC_API_KEY and the account's credit"
    return f"the Messages API turned {model.name} down ({failure.reason}): {what}"

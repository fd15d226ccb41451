"""The analyst that asks a Claude model through the official SDK: every way a call can end leads to a printed entry.

Replies are kept before they are read, so what was paid for once is never paid for again.
"""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from types import TracebackType
from typing import Self

from secdigest_pipeline.analysis import models
from secdigest_pipeline.analysis.analyse import AnalystUnavailable
from secdigest_pipeline.analysis.assemble import assemble
from secdigest_pipeline.analysis.endpoint import Endpoint, NoReply, Order, Patience
from secdigest_pipeline.analysis.extractive import extract
from secdigest_pipeline.analysis.failures import Failure
from secdigest_pipeline.analysis.models import Model
from secdigest_pipeline.analysis.prompt import Candidate, candidates
from secdigest_pipeline.analysis.reading import Unusable, read
from secdigest_pipeline.analysis.records import Analysis, AnalysisState
from secdigest_pipeline.analysis.replies import KeptReply, Replies, reply_key
from secdigest_pipeline.analysis.schema import Reply
from secdigest_pipeline.articles.records import Article
from secdigest_pipeline.indicators.find import Observable

log = logging.getLogger(__name__)

DEADLINE_SECONDS = 300.0
ATTEMPTS = 2  # a reply that is cut off or not of the schema is asked for once more


class AnthropicAnalyst:
    """Analyst over the Messages API: `async with AnthropicAnalyst(("claude-haiku-5-5",), replies) as analyst`.

    `names` are asked in order, the next one only after a refusal. `max_usd` caps what the calls of one edition may cost
    (None: no cap), `deadline` is what all calls for one article may take, seconds. Making one raises AnalystUnavailable
    for a model without a price, entering it without a usable key.
    """

    def __init__(
        self,
        names: Sequence[str],
        replies: Replies,
        *,
        max_usd: float | None = None,
        deadline: float = DEADLINE_SECONDS,
    ) -> None:
        try:
            self._models = [models.model(name) for name in names]
        except models.UnknownModel as error:
            raise AnalystUnavailable(str(error)) from None
        self._replies = replies
        self._deadline = deadline
        self._endpoint = Endpoint(replies, max_usd)
        self._locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def __aenter__(self) -> Self:
        for model in self._models:
            warning = models.retirement_warning(model.name, datetime.now(UTC).date())
            if warning:
                log.warning(warning)
        await self._endpoint.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._endpoint.__aexit__(kind, error, trace)

    async def analyse_one(self, article: Article, observables: Sequence[Observable]) -> Analysis:
        """The analysis of one article; `refused` or `failed` with extractive text when no model gave a usable reply.

        An article without text is not asked about. AnalystUnavailable when no article would fare better.
        """
        if not article.text.strip():
            return extract(article)
        listed = candidates(article, observables)
        patience = Patience(self._deadline)
        declined: list[str] = []
        for model in self._models:
            try:
                kept, reading = await self._reply(article, listed, model, patience)
            except NoReply as error:
                if error.failure.fatal or (error.failure.missing and model is self._models[0]):
                    raise AnalystUnavailable(_unavailable(model, error.failure)) from None
                if not error.failure.missing:
                    return _fallback(article, "failed", [*declined, f"{model.name}: {error.failure.reason}"])
                declined.append(f"{model.name}: {error.failure.reason}")
                continue
            if isinstance(reading, Reply):
                # a long hostile page takes a while to check; the calls under way go on meanwhile
                return await asyncio.to_thread(assemble, article, listed, reading, kept)
            declined.append(f"{model.name}: {reading.reason}")
            if reading.outcome != "refusal":
                return _fallback(article, "failed", declined)
        return _fallback(article, "refused", declined)

    async def _reply(
        self, article: Article, listed: Sequence[Candidate], model: Model, patience: Patience
    ) -> tuple[KeptReply, Reply | Unusable]:
        """The reply of one model, kept or new; NoReply when there is none."""
        key = reply_key(article, listed, model.name)
        async with self._locks[key]:  # the same text at two outlets is asked about once
            kept = await asyncio.to_thread(self._replies.get, key)
            reading = read(kept) if kept else None
            attempt = kept.attempt if kept else 0
            while reading is None or (isinstance(reading, Unusable) and reading.again and attempt < ATTEMPTS):
                attempt += 1
                longer = isinstance(reading, Unusable) and reading.outcome == "max_tokens"
                try:
                    kept = await self._endpoint.ask(Order(article, listed, model, key, attempt, longer), patience)
                    reading = read(kept)
                except NoReply as error:
                    if not error.failure.again or attempt >= ATTEMPTS:
                        raise
            assert kept is not None
            return kept, reading


def _fallback(article: Article, state: AnalysisState, reasons: Sequence[str]) -> Analysis:
    return replace(extract(article), state=state, reason="; ".join(reasons))


def _unavailable(model: Model, failure: Failure) -> str:
    what = "check SECDIGEST_MODELS" if failure.missing else "check ANTHROPIC_API_KEY and the account's credit"
    return f"the Messages API turned {model.name} down ({failure.reason}): {what}"

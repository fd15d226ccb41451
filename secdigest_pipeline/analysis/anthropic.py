"""The analyst that asks a Claude model through the official SDK: every way a call can end leads to a printed entry.

Replies are kept before they are read, so what was paid for once is never paid for again.
"""

import asyncio
import logging
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Self, get_args

from secdigest_pipeline.analysis.asking import models
from secdigest_pipeline.analysis.asking.answer import Order
from secdigest_pipeline.analysis.asking.endpoint import Endpoint, NoReply, Patience, Reserved
from secdigest_pipeline.analysis.asking.failures import AnalystUnavailable, Failure
from secdigest_pipeline.analysis.asking.models import Model
from secdigest_pipeline.analysis.asking.provider import Provider
from secdigest_pipeline.analysis.asking.reading import Unusable
from secdigest_pipeline.analysis.asking.replies import KeptReply, Replies
from secdigest_pipeline.analysis.conversation import conversation, step
from secdigest_pipeline.analysis.extractive import extract
from secdigest_pipeline.analysis.questions import Question, highest_cost, kept_answer
from secdigest_pipeline.analysis.records import Analysis, AnalysisState, CallKind
from secdigest_pipeline.analysis.reply.prompt import candidates
from secdigest_pipeline.articles.records import Article
from secdigest_pipeline.indicators.finding.find import Observable

log = logging.getLogger(__name__)

DEADLINE_SECONDS = 300.0
# Most batches end within one hour, all within 24 (platform.claude.com, build-with-claude/batch-processing). A run of the
# daemon is ended after two (dagster.yaml, run_monitoring): it stops by itself before that, and says how to go on.
POLL_SECONDS = 30.0
WAIT_SECONDS = 1.5 * 3600.0
ALL = "*"
# The calls of an article in their order.
CALLS: tuple[CallKind, ...] = get_args(CallKind)
ATTEMPTS = 2  # a reply that is cut off or not of the schema is asked for once more


class AnthropicAnalyst:
    """Analyst over the Messages API: `async with AnthropicAnalyst(("claude-haiku-5-5",), replies) as analyst`.

    `names` are asked in order, the next one only after a refusal. `max_usd` and `max_usd_month` cap what the calls of one
    edition and of a calendar month may cost (None: no cap), `deadline` is what all calls for one article may take, seconds.

    A reply that is kept is used whatever prompt or model it came from. `refresh` names articles that are asked anew all
    the same; `*` in it stands for every article whose kept reply is of another prompt or model than today's. With `batch`
    whatever `prepare` is told of and is not kept goes by Message Batches, at half price and up to a day later. `check`: a second
    call judges what the first one wrote, and what fell is mended once. Making one raises AnalystUnavailable for a model without
    a price, entering it without a usable key.
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
        check: bool = True,
        poll_seconds: float = POLL_SECONDS,
        wait_seconds: float = WAIT_SECONDS,
        deadline: float = DEADLINE_SECONDS,
        provider: Provider = Provider(),  # noqa: B008 - frozen
    ) -> None:
        try:
            self._models = [provider.model(name) for name in names]
        except models.UnknownModel as error:
            raise AnalystUnavailable(str(error)) from None
        self._names = [model.name for model in self._models]
        self._replies = replies
        self._deadline = deadline
        self._refresh = refresh or frozenset()
        self._is_batch = batch
        self._is_checked = check
        self._poll_seconds = poll_seconds
        self._wait_seconds = wait_seconds
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
        """Have the replies of all articles fetched by Message Batches, one a call and edition, if batches are on.

        What a batch was handed in for is never asked for again beside it: AnalystUnavailable when one has not ended in
        time, and without batches when one is under way at all; the next run goes on with the same batch.
        """
        if not self._is_batch:
            for edition in sorted({article.edition for article in articles}):
                await self._endpoint.finish_batches(edition)
            return
        ordered: set[str] = set()
        until = time.monotonic() + self._wait_seconds
        for _ in CALLS:
            wanted = await self._by_edition(articles, observables)
            for edition, orders in wanted.items():
                # what a batch did not answer is asked one by one, not by a second batch
                new = [order for order in orders if order.key not in ordered]
                ordered.update(order.key for order in new)
                left = max(0.0, until - time.monotonic())
                await self._endpoint.ask_in_batch(new, edition, poll_seconds=self._poll_seconds, wait_seconds=left)
            if not any(wanted.values()):
                return

    async def submit(self, articles: Sequence[Article], observables: Mapping[str, Sequence[Observable]]) -> None:
        """Hand in one Message Batch an edition for the next call that is not kept, and wait for none: `prepare` will find them."""
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
        """The next call of each article by key, of the first model; what it refused or could not do before is not asked again."""
        model = self._models[0]
        orders: dict[str, Order] = {}
        for article in articles:
            if article.text.strip() and (question := self._next(article, observables.get(article.article_id, ()))):
                orders.setdefault(question.key(model.name), question.order(model))
        return orders

    def _next(self, article: Article, observables: Sequence[Observable]) -> Question[Any] | None:
        """The first question about `article` that the first model was not asked yet; None when none is left to a batch."""
        talk = conversation(article, candidates(article, observables), check=self._is_checked)
        question: Question[Any] | Analysis = next(talk)
        while isinstance(question, Question):
            usable = kept_answer(question, self._replies, self._names)
            if usable is None or self._is_refreshed(question, usable[0]):
                tried = self._replies.get(question.key(self._models[0].name))
                return None if tried and usable is None else question
            question = step(talk, usable)
        return None

    async def analyse_one(self, article: Article, observables: Sequence[Observable]) -> Analysis:
        """The analysis of one article; `refused` or `failed` with extractive text when no model gave a usable reply.

        An article without text is not asked about. AnalystUnavailable when no article would fare better.
        """
        if not article.text.strip():
            return extract(article)
        talk = conversation(article, candidates(article, observables), check=self._is_checked)
        question: Question[Any] | Analysis = next(talk)
        assert isinstance(question, Question)
        patience = Patience(self._deadline)
        async with (
            self._locks[question.content],
            AsyncExitStack() as stack,
        ):  # one text at two outlets is asked about once
            account = _Account(self._endpoint, self._models[0], stack)
            while isinstance(question, Question):
                answer = await self._answer(question, patience, account)
                if isinstance(answer, _Declined) and question.call == "write":
                    return replace(extract(article), state=answer.state, reason=answer.reason)
                # a long hostile page takes a while to check; the calls under way go on meanwhile
                said = answer.reason if isinstance(answer, _Declined) else answer
                question = await asyncio.to_thread(step, talk, said)
            return question

    async def _answer(
        self, question: Question[Any], patience: Patience, account: "_Account"
    ) -> "tuple[KeptReply, Any] | _Declined":
        usable = await asyncio.to_thread(kept_answer, question, self._replies, self._names)
        if usable and not self._is_refreshed(question, usable[0]):
            return usable
        answer = await self._asked(question, patience, account)
        if usable is None or not isinstance(answer, _Declined):
            return answer
        log.warning("article %s: not asked anew (%s)", question.article.article_id, answer.reason)
        return usable

    def _is_refreshed(self, question: Question[Any], kept: KeptReply) -> bool:
        if question.article.article_id in self._refresh and not self._is_new(kept):
            return True
        todays = kept.version == question.prompt.version and kept.model_asked in self._names
        return ALL in self._refresh and not todays

    def _is_new(self, kept: KeptReply) -> bool:
        """Whether a reply was received since this analyst began: the same text at a second outlet."""
        return kept.at >= self._began

    async def _asked(
        self, question: Question[Any], patience: Patience, account: "_Account"
    ) -> "tuple[KeptReply, Any] | _Declined":
        """A model's reply, or why there is none."""
        declined: list[str] = []
        for model in self._models:
            try:
                kept, reading = await self._reply(question, model, patience, account)
            except NoReply as error:
                if error.failure.fatal or (error.failure.missing and model is self._models[0]):
                    raise AnalystUnavailable(_unavailable(model, error.failure)) from None
                declined.append(f"{model.name}: {error.failure.reason}")
                if not error.failure.missing:
                    return _Declined("failed", "; ".join(declined))
                continue
            if not isinstance(reading, Unusable):
                return kept, reading
            declined.append(f"{model.name}: {reading.reason}")
            if reading.outcome != "refusal":
                return _Declined("failed", "; ".join(declined))
        return _Declined("refused", "; ".join(declined))

    async def _reply(
        self, question: Question[Any], model: Model, patience: Patience, account: "_Account"
    ) -> tuple[KeptReply, Any]:
        """The reply of one model, new unless what is kept says that it has none; NoReply when there is none."""
        kept = await asyncio.to_thread(self._replies.get, question.key(model.name))
        reading = question.reads(kept) if kept else None
        named = question.article.article_id in self._refresh and kept is not None and not self._is_new(kept)
        if named or not isinstance(reading, Unusable):
            kept, reading = None, None
        attempt = kept.attempt if kept else 0
        while reading is None or (isinstance(reading, Unusable) and reading.again and attempt < ATTEMPTS):
            attempt += 1
            longer = isinstance(reading, Unusable) and reading.outcome == "max_tokens"
            try:
                reserved = await account.reserved(question, self._is_checked)
                kept = await self._endpoint.ask(question.order(model, attempt, longer), patience, reserved)
                reading = question.reads(kept)
            except NoReply as error:
                if not error.failure.again or attempt >= ATTEMPTS:
                    raise
        assert kept is not None
        return kept, reading


@dataclass(frozen=True, slots=True)
class _Declined:
    state: AnalysisState
    reason: str


class _Account:
    """What is set aside for one article: at its first call that is paid, room for that one and all that may follow it."""

    def __init__(self, endpoint: Endpoint, model: Model, stack: AsyncExitStack) -> None:
        self._endpoint = endpoint
        self._model = model
        self._stack = stack
        self._reserved: Reserved | None = None

    async def reserved(self, question: Question[Any], is_checked: bool) -> Reserved:
        """NoReply when they do not fit under a cap together."""
        if self._reserved is None:
            calls = CALLS[CALLS.index(question.call) :] if is_checked else (question.call,)
            turn = question.turn("").text
            most = sum(highest_cost(self._model, call, turn) for call in calls)
            self._reserved = await self._stack.enter_async_context(
                self._endpoint.reserve(question.article.edition, most)
            )
        return self._reserved


def _unavailable(model: Model, failure: Failure) -> str:
    what = "check SECDIGEST_MODELS" if failure.missing else "check ANTHROPIC_API_KEY and the account's credit"
    return f"the Messages API turned {model.name} down ({failure.reason}): {what}"

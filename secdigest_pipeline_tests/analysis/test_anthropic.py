"""The calls of an article through the real SDK: write, check, mend and check again, each paid once."""

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest

from secdigest_pipeline.analysis.anthropic import AnthropicAnalyst
from secdigest_pipeline.analysis.asking.replies import Replies
from secdigest_pipeline.indicators.finding.find import find
from secdigest_pipeline.sample.messages import MessagesApi, passage_for
from secdigest_pipeline_tests.analysis.conftest import REPLY, Run, make_article, numbered

ARTICLE = make_article()
URL = ARTICLE.url
LEAD = REPLY["summary"][0]["text"]
MENDED = {
    "id": 1,
    "quotes": ["attackers are exploiting CVE-2026-90117 in its TunnelGate VPN gateway"],
    "text": "OrrinはTunnelGateの脆弱性CVE-2026-90117を攻撃者が悪用していると水曜日に警告した。",
}


def judged(**verdicts: str) -> Any:
    """A checker that has these verdicts by field, and supports the rest."""

    def checker(article: Mapping[str, Any], statement: Mapping[str, Any]) -> tuple[str, str]:
        return verdicts.get(statement["field"], "supported"), passage_for(article, statement)

    return checker


def calls_of(api: MessagesApi) -> dict[str, int]:
    return {name.removeprefix(URL) or "write": n for name, n in sorted(api.calls.items())}


def test_an_entry_whose_statements_are_all_supported_takes_two_calls(api: MessagesApi, run: Run) -> None:
    api.replies = {URL: REPLY}
    [analysis] = run([ARTICLE], check=True)
    assert calls_of(api) == {"write": 1, "#check": 1}
    assert analysis.check_state == "checked" and analysis.check_reason == ""
    assert {line.check for line in (*analysis.summary, *analysis.recommendations, *analysis.notes)} == {"supported"}
    assert all(line.ground and line.ground.text in ARTICLE.text for line in analysis.summary)
    assert len(analysis.reply_ids or ()) == 2


def test_what_the_checker_refuses_is_not_printed_and_kept_with_its_verdict(api: MessagesApi, run: Run) -> None:
    api.replies = {URL: {**REPLY, "check": {REPLY["notes"][0]["text"]: "overstated"}}}
    [analysis] = run([ARTICLE], check=True)
    assert analysis.notes == () and calls_of(api) == {"write": 1, "#check": 1}, "a note that falls is not mended"
    [fell] = [line for line in analysis.dropped if line.check == "overstated"]
    assert (fell.text, fell.verdict) == (REPLY["notes"][0]["text"], "grounded")


def test_a_lead_that_falls_is_replaced_once_and_the_replacement_checked(api: MessagesApi, run: Run) -> None:
    api.replies = {URL: {**REPLY, "check": {LEAD: "contradicted"}, "mend": {"summary": [MENDED]}}}
    [analysis] = run([ARTICLE], check=True)
    assert calls_of(api) == {"write": 1, "#check": 1, "#mend": 1, "#recheck": 1}
    assert [line.text for line in analysis.summary] == [
        MENDED["text"],
        *(claim["text"] for claim in REPLY["summary"][1:]),
    ]
    assert LEAD in [line.text for line in analysis.dropped] and analysis.check_state == "checked"
    assert len(set(analysis.reply_ids or ())) == 4


@pytest.mark.parametrize("verdict", ["contradicted", "overstated", "not_stated", "no such verdict"])
def test_a_replacement_that_the_last_check_does_not_support_is_not_printed(
    api: MessagesApi, run: Run, verdict: str
) -> None:
    refused = {LEAD: "contradicted", MENDED["text"]: verdict}
    api.replies = {URL: {**REPLY, "check": refused, "mend": {"summary": [MENDED]}}}
    [analysis] = run([ARTICLE], check=True)
    assert [line.text for line in analysis.summary] == [claim["text"] for claim in REPLY["summary"][1:]]
    assert sum(api.calls.values()) == 4, "nothing further is asked"


def test_a_title_that_no_mending_saves_is_the_articles_own(api: MessagesApi, run: Run) -> None:
    other = {
        "title": "OrrinがTunnelGateの脆弱性をすべての顧客で悪用",
        "title_quotes": REPLY["title_quote"] and [REPLY["title_quote"]],
    }
    refused = {REPLY["title"]: "overstated", other["title"]: "overstated"}
    api.replies = {URL: {**REPLY, "check": refused, "mend": other}}
    [analysis] = run([ARTICLE], check=True)
    assert (analysis.title_ja, analysis.title) == (ARTICLE.title, None)
    assert calls_of(api)["#recheck"] == 1


@pytest.mark.parametrize("step", ["refusal", "invalid_reply", "max_tokens", "html", "400"])
def test_a_check_that_nobody_answers_leaves_the_entry_unchecked(api: MessagesApi, run: Run, step: str) -> None:
    api.replies = {URL: REPLY}
    api.failures = {f"{URL}#check": (step,)}
    [analysis] = run([ARTICLE], check=True)
    assert analysis.state == "analysed" and len(analysis.summary) == 5
    assert analysis.check_state == "unchecked" and "claude-haiku-5-5" in (analysis.check_reason or "")
    assert {line.check for line in analysis.summary} == {"unchecked"}
    assert "#mend" not in calls_of(api)


def test_a_checker_that_gives_passages_the_article_does_not_have_supports_nothing(api: MessagesApi, run: Run) -> None:
    api.replies = {URL: REPLY}
    api.checker = lambda article, statement: ("supported", "This sentence stands in no article at all.")
    [analysis] = run([ARTICLE], check=True)
    assert analysis.check_state == "unchecked" and {line.check for line in analysis.summary} == {"unchecked"}


def test_without_a_check_one_call_is_made_and_the_entry_says_so(api: MessagesApi, run: Run) -> None:
    api.replies = {URL: REPLY}
    [analysis] = run([ARTICLE], check=False)
    assert calls_of(api) == {"write": 1}
    assert (analysis.check_state, analysis.check_reason) == ("unchecked", "SECDIGEST_CHECK is off")


def test_a_kept_reply_is_not_paid_again_because_the_check_is_new(api: MessagesApi, run: Run) -> None:
    api.replies = {URL: REPLY}
    run([ARTICLE], check=False)
    [analysis] = run([ARTICLE], check=True)
    assert calls_of(api) == {"write": 1, "#check": 1} and analysis.check_state == "checked"
    assert run([ARTICLE], check=True) == [analysis] and sum(api.calls.values()) == 2


def test_four_kept_replies_are_used_again_without_a_call(api: MessagesApi, run: Run) -> None:
    api.replies = {URL: {**REPLY, "check": {LEAD: "contradicted"}, "mend": {"summary": [MENDED]}}}
    first = run([ARTICLE], check=True)
    assert run([ARTICLE], check=True) == first and sum(api.calls.values()) == 4


def test_a_named_article_has_all_its_calls_made_anew(api: MessagesApi, run: Run) -> None:
    api.replies = {URL: {**REPLY, "check": {LEAD: "contradicted"}, "mend": {"summary": [MENDED]}}}
    run([ARTICLE], check=True)
    run([ARTICLE], check=True, refresh=frozenset({ARTICLE.article_id}))
    assert calls_of(api) == {"write": 2, "#check": 2, "#mend": 2, "#recheck": 2}


def test_an_article_is_never_half_paid(api: MessagesApi, run: Run, replies: Replies) -> None:
    api.replies = {URL: REPLY}
    # room for the written reply, and not for all that may follow it
    [analysis] = run([ARTICLE], check=True, max_usd=0.008, models=["claude-haiku-5-5"])
    assert (analysis.state, sum(api.calls.values())) == ("failed", 0) and "budget" in analysis.reason
    [alone] = run([ARTICLE], check=False, max_usd=0.008, models=["claude-haiku-5-5"])
    assert alone.state == "analysed"


def test_articles_that_wait_for_room_under_the_cap_all_end(api: MessagesApi, run: Run) -> None:
    articles = numbered(6)
    api.replies = {article.url: REPLY for article in articles}
    api.failures = {"*": ("refusal", "ok")}
    found = run(articles, check=True, max_usd=0.2, models=["claude-haiku-5-5", "claude-haiku-4-5"])
    assert len(found) == 6 and {analysis.state for analysis in found} <= {"analysed", "failed", "refused"}


def test_batches_carry_every_call_of_an_article(api: MessagesApi, replies: Replies) -> None:
    api.replies = {URL: {**REPLY, "check": {LEAD: "contradicted"}, "mend": {"summary": [MENDED]}}}

    async def go() -> Any:
        observables = {ARTICLE.article_id: find(ARTICLE.page_text)}
        async with AnthropicAnalyst(["claude-haiku-5-5"], replies, batch=True, poll_seconds=0.01) as analyst:
            await analyst.prepare([ARTICLE], observables)
            return await analyst.analyse_one(ARTICLE, observables[ARTICLE.article_id])

    analysis = asyncio.run(go())
    assert not api.calls and len(api.batches.submitted) == 4
    assert analysis.summary[0].text == MENDED["text"]
    calls = replies.calls(ARTICLE.edition)
    assert [call.call for call in calls] == ["write", "check", "mend", "recheck"]
    assert analysis.list_price_usd == pytest.approx(sum(call.cost_usd for call in calls), rel=0.6)


def test_what_a_batch_does_not_answer_is_asked_one_by_one(api: MessagesApi, replies: Replies) -> None:
    api.replies = {URL: REPLY}
    api.failures = {f"{URL}#check": ("errored", "ok")}

    async def go() -> Any:
        observables = {ARTICLE.article_id: find(ARTICLE.page_text)}
        async with AnthropicAnalyst(["claude-haiku-5-5"], replies, batch=True, poll_seconds=0.01) as analyst:
            await analyst.prepare([ARTICLE], observables)
            return await analyst.analyse_one(ARTICLE, observables[ARTICLE.article_id])

    analysis = asyncio.run(go())
    assert len(api.batches.submitted) == 2 and calls_of(api) == {"#check": 1}
    assert analysis.check_state == "checked"

"""What a reader is told of a page that could not be read."""

from typing import get_args

import pytest

from secdigest_pipeline.articles.pages.unread import why_unread
from secdigest_pipeline.articles.records import ReadState


@pytest.mark.parametrize(
    ("state", "reason", "told"),
    [
        ("read", "", ""),
        ("blocked", "HTTP 403", "アクセス拒否（HTTP 403）"),
        ("unreachable", "HTTP 503, Retry-After: 120", "接続不可（HTTP 503）"),
        ("blocked", "challenge page: Just a moment...", "アクセス拒否（ボット対策の確認画面）"),
        ("gone", "page says: Page not found | Perimeter Post", "ページ不存在"),
        ("not_html", "application/pdf", "HTML以外の形式（application/pdf）"),
        ("empty", "no article text", "ページ本文の欠落"),
        ("empty", "extraction: timed out", "ページ本文の欠落（本文抽出の時間切れ）"),
        ("feed_only", "blocked: robots.txt", "アクセス拒否（robots.txtによる制限）"),
        ("feed_only", "timeout: no complete answer within 30 s", "ページ取得の時間切れ"),
        ("feed_only", "", ""),
    ],
)
def test_state_and_cause_are_told_in_words(state: ReadState, reason: str, told: str) -> None:
    assert why_unread(state, reason) == told


@pytest.mark.parametrize("state", [state for state in get_args(ReadState) if state != "read"])
@pytest.mark.parametrize(
    "reason", ["# x\n- 要約", "challenge page: <b>[x](y)", "HTTP 403\n### x", "text/<b>", "blocked: x"]
)
def test_no_word_of_the_page_gets_through(state: ReadState, reason: str) -> None:
    told = why_unread(state, reason)
    assert not set("\n<>[]#,") & set(told)
    assert "x" not in told and "要約" not in told


def test_a_page_that_was_not_read_is_never_without_a_word() -> None:
    assert all(why_unread(state, "") for state in get_args(ReadState) if state not in ("read", "feed_only"))

"""Why a page could not be read, in the Japanese of the report and the work log.

The reasons of the tables are written for those who run the pipeline: in English, and with words of the page that answered. A reader
is told the state and, where it says more, one of the causes named here; nothing of the page's own words.
"""

import re

from secdigest_pipeline.articles.records import ReadState

_STATES = {
    "blocked": "アクセス拒否",
    "gone": "ページ不存在",
    "timeout": "ページ取得の時間切れ",
    "unreachable": "接続不可",
    "too_large": "ページの容量超過",
    "not_html": "HTML以外の形式",
    "empty": "ページ本文の欠落",
}
_CAUSES = (
    (r"robots\.txt", "robots.txtによる制限"),
    (r"challenge page: .*", "ボット対策の確認画面"),
    (r"consent wall: .*", "同意を求める画面"),
    (r"maintenance page: .*", "メンテナンス中の画面"),
    (r"page needs JavaScript", "JavaScriptを要する画面"),
    (r"redirected to the home page", "トップページへの転送"),
    (r"redirected to .*", "ログインや同意の画面への転送"),
    (r"not a URL|credentials in the URL|no host", "URLの不備"),
    (r"address not public: .*", "公開されていないアドレス"),
    (r"not fetched", "未取得"),
    (r"extraction: timed out", "本文抽出の時間切れ"),
    (r"extraction: .*", "本文抽出の失敗"),
)
_STATUS = re.compile(r"HTTP [1-5][0-9]{2}(?=,|$)")
_MEDIA_TYPE = re.compile(r"[a-z]{1,20}/[a-z0-9][a-z0-9.+-]{0,60}|PDF")


def why_unread(read_state: ReadState, reason: str) -> str:
    """State of the page and its cause, `アクセス拒否（HTTP 403）`; empty when it was read, or nothing is known of it.

    Of an article whose text is the feed's it is the state of the page that could not be had.
    """
    state: str = read_state
    if state == "feed_only":
        # clean_articles puts the page's own state before the reason
        before, _, after = reason.partition(": ")
        state, reason = (before, after) if before in _STATES else ("", reason)
    parts = [part for part in (_STATES.get(state, ""), _cause(reason)) if part]
    return f"{parts[0]}（{parts[1]}）" if len(parts) == 2 else "".join(parts)


def _cause(reason: str) -> str:
    for pattern, words in _CAUSES:
        if re.fullmatch(pattern, reason, re.DOTALL):
            return words
    known = _STATUS.match(reason) or _MEDIA_TYPE.fullmatch(reason)
    return known[0] if known else ""

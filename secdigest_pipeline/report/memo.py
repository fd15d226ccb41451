"""What the report says of itself in その他のメモ: who wrote it, what it cost, what is missing from it."""

from collections import Counter
from collections.abc import Sequence

from secdigest_pipeline.analysis.records import Analysis
from secdigest_pipeline.base.editions import JST, Edition
from secdigest_pipeline.intake.feeds.named import named
from secdigest_pipeline.report import text
from secdigest_pipeline.report.origins import Draft, memo_line, of_all

FULL_SUMMARY = 5


def memo_lines(
    edition: Edition,
    *,
    analyses: Sequence[Analysis],
    calls_cost: float,
    provisional: bool,
    failed_feeds: Sequence[str],
) -> list[Draft]:
    """Lines for その他のメモ: none for a quiet day without an article.

    `calls_cost` is the list price in USD of the replies the report rests on (not of the calls of this run), so that a re-run
    prints the same. `provisional`: made before the edition's cut-off. `failed_feeds`: names of the feeds that could not
    be fetched for the edition.
    """
    lines = []
    if provisional:
        lines.append(
            memo_line(
                f"暫定版: 締め切り（{edition.cutoff.astimezone(JST):%Y-%m-%d %H:%M} JST）より前に作成。",
                of_all("feed_completeness", "provisional"),
            )
        )
    if analyses:
        lines.append(memo_line(_writers(analyses), of_all("article_analyses", "model")))
    lines += [memo_line(said, of_all("article_analyses", "check_state")) for said in _unchecked(analyses)]
    if few := sum(_is_short(analysis) for analysis in analyses):
        said = f"要約が{FULL_SUMMARY}行に満たない記事: {few}件（裏付けのない文は除き、補っていない）"
        lines.append(memo_line(said, of_all("article_analyses", "summary")))
    if calls_cost > 0:
        cost = f"{calls_cost:.4f} USD" if calls_cost >= 0.0001 else "0.0001 USD未満"
        lines.append(memo_line(f"モデルの費用（キャッシュ割引前）: {cost}", of_all("article_analyses", "reply_id")))
    if failed_feeds:
        names = named(sorted(set(failed_feeds)))
        lines.append(memo_line(f"取得できなかったフィード: {names}", of_all("feed_completeness", "failed")))
    return lines


def _unchecked(analyses: Sequence[Analysis]) -> list[str]:
    """The entries whose statements nobody checked, by title; one line when that is so of all."""
    written = [analysis for analysis in analyses if analysis.state == "analysed"]
    unchecked = [analysis for analysis in written if analysis.check_state != "checked"]
    if unchecked and len(unchecked) == len(written):
        return [f"要約の文は別の呼び出しで点検していない（{len(written)}件すべて）"]
    return [f"点検していない文を含む記事: {text.title(analysis.title_ja)}" for analysis in unchecked]


def _is_short(analysis: Analysis) -> bool:
    return analysis.state == "analysed" and len(analysis.summary) < FULL_SUMMARY


def _writers(analyses: Sequence[Analysis]) -> str:
    """Models by the number of articles they summed up, then the articles that hold extracts only, or nothing."""
    summarised = [analysis for analysis in analyses if analysis.summary]
    models = Counter(analysis.model for analysis in summarised if analysis.state == "analysed")
    parts = [f"{model}（{count}件）" for model, count in sorted(models.items(), key=lambda pair: (-pair[1], pair[0]))]
    extracts = len(summarised) - models.total()
    without = len(analyses) - len(summarised)
    if extracts:
        parts.append(f"抜粋のみ {extracts}件")
    if without:
        parts.append(f"要約なし {without}件")
    return f"要約モデル: {'、'.join(parts if models else ['なし', *parts])}"

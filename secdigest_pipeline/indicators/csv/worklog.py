"""The work log beside the IOC CSV (docs/contract.md 2.4): what was read, what was found, what was left out and why. Deterministic."""

from collections import Counter
from collections.abc import Iterable, Sequence

from secdigest_pipeline.articles.pages.unread import why_unread
from secdigest_pipeline.articles.records import Article, PrimaryPage
from secdigest_pipeline.base.characters import plain_line
from secdigest_pipeline.base.editions import Edition
from secdigest_pipeline.indicators.csv.rows import check_ioc_csv, csv_rows
from secdigest_pipeline.indicators.judging.states import ioc_state
from secdigest_pipeline.indicators.records import Ioc

_NONE = "- なし"
# What keeps a value out (scoring.WEIGHTS and what withholds), for readers of the log; the ledger has the name.
_RULES = {
    "live_link": "無害化されていないリンク",
    "live_url": "無害化されていないURL",
    "live_name": "無害化されていないホスト名",
    "link_target": "ページ内のリンク先",
    "reference_section": "参考文献・関連記事・連絡先の欄",
    "benign_wording": "ツールや公式サイトとしての記載",
    "victim_wording": "被害者や標的としての記載",
    "inside_link": "リンクの一部である値",
    "not_a_file_hash": "ファイル以外のハッシュ値",
    "warning_list": "著名なホストの一覧に該当",
    "service_path": "共有サービス上のURL",
    "analysis_benign": "被害者・出典・参照先と分析",
    "analysis_benign_unquoted": "被害者・出典・参照先と分析（引用なし）",
    "own_outlet": "掲載元自身のホスト",
    "reserved_address": "文書用などの予約アドレス",
    "private_address": "プライベートアドレス",
    "private_address_listed": "IOC一覧にあるプライベートアドレス",
    "public_resolver": "公開DNSリゾルバー",
    "platform_address": "大手サービス自身のアドレス",
    "platform_name": "大手サービス自身のホスト名",
    "called_innocent": "正規サイトや疎通確認先としての記載",
    "well_known_host": "著名なサービスの最上位ページ",
    "placeholder": "例示用の名前",
    "harmless_hash": "空ファイルなどのハッシュ値",
    "not_collected": "収集対象外の種類（CVE、メールアドレスなど）",
    "local_allow": "自組織の除外一覧に該当",
    "no_sign_of_malice": "悪性を示す記述なし",
    "addressed_to_machine": "機械への指示文の中の値",
    "csv": "CSVの規則",
}


def work_log(
    edition: Edition,
    articles: Sequence[Article],
    iocs: Sequence[Ioc],
    csv_bytes: bytes,
    primary: Sequence[PrimaryPage] | None = None,
) -> str:
    """Markdown of the log for the CSV given; no IOC value stands in it. Article URLs are live, as the contract has them.

    `primary` are the primary pages of the articles; None when none were looked for.
    """
    read_pages = {page.final_url: page for page in primary or () if page.read_state == "read"}
    articles_read_on = {article.url for article in articles}
    extra = sum(page.found_on not in articles_read_on for page in read_pages.values())
    rows = csv_rows(iocs)
    errors = check_ioc_csv(csv_bytes)
    states = [(article, *ioc_state(article, iocs)) for article in articles]
    parts: list[tuple[str, Iterable[str]]] = [
        (
            "対象",
            (f"- ニュースファイル: {edition.news_path}", f"- CSV: {edition.ioc_csv_path}"),
        ),
        (
            "件数",
            (
                f"- 対象の記事数: {len(articles)}",
                f"- ページを読めた記事数: {sum(article.read_state == 'read' for article in articles)}",
                f"- 読んだ一次ソース数: {len(read_pages) - extra}",
                f"- 追加で読んだIOC掲載ページ数: {extra}",
                f"- 台帳に記録した値の数: {len(iocs)}",
                f"- IOCと判定した値の数: {sum(ioc.is_ioc for ioc in iocs)}",
                f"- 収集したIOC数（CSVの行数）: {len(rows)}",
            ),
        ),
        ("IOCの種類別件数", _counted(Counter(row[0] for row in rows))),
        (
            "IOCがなかった記事（no_ioc_found）",
            [_article(article) for article, state, _ in states if state == "本当になし"],
        ),
        (
            "IOCの有無を確認できなかった記事",
            [f"{_article(article)} — {state}: {reason}" for article, state, reason in states if reason],
        ),
        (
            "アクセス不能だったURL",
            [
                f"{_article(article)} — {why_unread(article.read_state, article.read_reason) or '理由の記録なし'}"
                + ("、フィードの文面を使用" if article.read_state == "feed_only" else "")
                for article in articles
                if article.read_state != "read"
            ]
            + sorted(
                {
                    f"- {_line(page.url)} — {why_unread(page.read_state, page.reason)}"
                    for page in primary or ()
                    if page.read_state != "read"
                }
            ),
        ),
        (
            "一次ソースがない記事（primary_source_not_found）",
            _without_source(articles, primary),
        ),
        ("除外したノイズの概要", _counted(Counter(_rule(ioc) for ioc in iocs if not ioc.is_ioc))),
        ("CSVに載せなかったIOCの理由", _counted(Counter(_rule(ioc) for ioc in iocs if ioc.is_ioc and ioc.suppressed))),
        (
            "CSV検証結果",
            [f"- 検証エラー {len(errors)}件", *(f"- {_place(error)}" for error in errors)]
            if errors
            else ["- 検証エラーなし"],
        ),
        ("変更したファイル一覧", (f"- {edition.ioc_csv_path}", f"- {edition.ioc_log_path}")),
        (
            "注意点",
            (
                "- 値は記事の文面からプログラムで抽出し、記事での扱われ方から判定している。値そのものの悪性は検証していない。",
                "- confidence列は書式の定める固定値であり、実際の確度と根拠は台帳にある。",
                "- actorとmalwareは記事が名を挙げた場合だけ記載し、それ以外はunknownとしている。",
            ),
        ),
    ]
    body = "\n\n".join(f"## {title}\n\n" + "\n".join(list(lines) or [_NONE]) for title, lines in parts)
    return f"# IOC収集 作業ログ: {edition.key}\n\n{body}\n"


def _without_source(articles: Sequence[Article], primary: Sequence[PrimaryPage] | None) -> list[str]:
    if primary is None:
        return ["- 一次ソースの追跡は行っていないため、全記事が対象"] if articles else []
    found = {page.article_id for page in primary}
    return [_article(article) for article in articles if article.article_id not in found]


def _article(article: Article) -> str:
    return f"- {_line(article.url)}"


def _line(text: str) -> str:
    """Outside text on one line, without the marks Markdown reads."""
    return plain_line("".join(char if char not in "`<>|[]" else " " for char in text))


def _rule(ioc: Ioc) -> str:
    # Only lists have a detail that is ours; headings of a page do not belong in the log.
    name, _, detail = ioc.suppressed.partition(":")
    rule = f"{name}: {detail}" if name in ("warning_list", "harmless_hash", "placeholder", "csv") and detail else name
    return f"{_RULES[name]}（{rule}）" if name in _RULES else rule


def _counted(counts: Counter[str]) -> list[str]:
    return [f"- {name}: {count}件" for name, count in sorted(counts.items(), key=lambda item: (-item[1], item[0]))]


def _place(error: str) -> str:
    """A validator's message without the cell it quotes: values are not repeated in the log."""
    head, quote, rest = error.partition("'")
    return head + rest.rpartition("' ")[2] if quote and "' " in rest else error

"""What the report says of itself: models, cost, provisional mark, missing feeds; nothing on a quiet day."""

from secdigest_pipeline.report.contract import check_report
from secdigest_pipeline.report.markdown import render
from secdigest_pipeline.report.memo import memo_lines
from secdigest_pipeline_tests.report.rows import EDITION, analysis, statement

FIVE = tuple(statement(f"架空社が{n}件を警告した。") for n in range(5))


def lines(**changes: object) -> list[str]:
    given = {"analyses": [], "calls_cost": 0.0, "provisional": False, "failed_feeds": []} | changes
    return [line.text.removeprefix("- ") for line in memo_lines(EDITION, **given)]  # type: ignore[arg-type]


def test_a_quiet_day_has_no_memo() -> None:
    assert lines() == []


def test_the_models_that_answered_are_counted_beside_extracts_and_entries_without_summary() -> None:
    extract = (statement("It was fixed.", "extractive"),)
    analyses = [
        *(analysis(article_id=f"a{n}", summary=FIVE) for n in range(12)),
        analysis(article_id="b", model="claude-haiku-4-5", summary=FIVE),
        analysis(article_id="c", state="refused", model="", analyst="extractive", summary=extract),
        analysis(article_id="d", state="extractive", model="", analyst="extractive", summary=extract),
        analysis(article_id="e", state="failed", model="", analyst="extractive", summary=()),
    ]
    assert lines(analyses=analyses, calls_cost=0.12345) == [
        "要約モデル: claude-haiku-5-5（12件）、claude-haiku-4-5（1件）、抜粋のみ 2件、要約なし 1件",
        "モデルの費用（キャッシュ割引前）: 0.1235 USD",
    ]


def test_a_day_without_a_model_says_so() -> None:
    extract = (statement("It was fixed.", "extractive"),)
    analyses = [analysis(state="extractive", model="", analyst="extractive", summary=extract)]
    assert lines(analyses=analyses) == ["要約モデル: なし、抜粋のみ 1件"]


def test_a_model_whose_lines_were_all_dropped_did_not_sum_up_the_article() -> None:
    assert lines(analyses=[analysis(summary=())], calls_cost=0.00001) == [
        "要約モデル: なし、要約なし 1件",
        "要約が5行に満たない記事: 1件（裏付けのない文は除き、補っていない）",
        "モデルの費用（キャッシュ割引前）: 0.0001 USD未満",
    ]


def test_entries_that_nobody_checked_are_named_by_title_and_short_ones_counted() -> None:
    analyses = [
        analysis(summary=FIVE),
        analysis(summary=FIVE, title_ja="架空製品の欠陥", check_state="unchecked", check_reason="refusal"),
        analysis(summary=FIVE[:4], title_ja="架空社の侵害", check_state=None),
        analysis(state="extractive", model="", analyst="extractive", summary=FIVE[:1], check_state=None),
    ]
    assert lines(analyses=analyses)[1:] == [
        "点検していない文を含む記事: 架空製品の欠陥",
        "点検していない文を含む記事: 架空社の侵害",
        "要約が5行に満たない記事: 1件（裏付けのない文は除き、補っていない）",
    ]


def test_one_line_says_that_nothing_was_checked() -> None:
    unchecked = [analysis(summary=FIVE, title_ja=f"題{n}", check_state="unchecked") for n in range(3)]
    assert lines(analyses=unchecked)[1:] == ["要約の文は別の呼び出しで点検していない（3件すべて）"]


def test_entries_of_sentences_of_the_source_are_no_summaries_that_want_a_check() -> None:
    extract = (statement("It was fixed.", "extractive"),)
    row = analysis(state="extractive", model="", analyst="extractive", summary=extract, check_state=None)
    assert lines(analyses=[row]) == ["要約モデル: なし、抜粋のみ 1件"]


def test_a_title_in_the_memo_can_be_no_heading_and_no_link() -> None:
    rows = [analysis(title_ja=f"# [x](http://evil.example) {'長' * 300}", check_state="unchecked"), analysis()]
    memo = memo_lines(EDITION, analyses=rows, calls_cost=0.0, provisional=False, failed_feeds=[])
    markdown = render(EDITION, [], [], [], [], memo).markdown
    [said] = [line for line in markdown.splitlines() if "点検" in line]
    assert said.startswith("- 点検していない文を含む記事: ・# ［x］(hxxp://evil[.]example) 長長")
    assert len(said) <= 136 and check_report(markdown) == []


def test_a_provisional_edition_names_its_cutoff_in_japan() -> None:
    assert lines(provisional=True) == ["暫定版: 締め切り（2026-10-01 06:00 JST）より前に作成。"]


def test_failed_feeds_are_named_up_to_ten_and_then_counted() -> None:
    assert lines(failed_feeds=["B News", "A News", "B News"]) == ["取得できなかったフィード: A News、B News"]
    many = lines(failed_feeds=[f"F{n:02}" for n in range(12)])
    assert many == ["取得できなかったフィード: F00、F01、F02、F03、F04、F05、F06、F07、F08、F09、ほか2件"]


def test_memo_lines_are_plain_bullets_of_the_last_section() -> None:
    memo = memo_lines(EDITION, analyses=[], calls_cost=0.0, provisional=True, failed_feeds=["[x](http://evil.example)"])
    markdown = render(EDITION, [], [], [], [], memo).markdown
    assert markdown.endswith(
        "### その他のメモ\n"
        "- 暫定版: 締め切り（2026-10-01 06:00 JST）より前に作成。\n"
        "- 取得できなかったフィード: ［x］(hxxp://evil[.]example)\n"
    )
    assert check_report(markdown) == []

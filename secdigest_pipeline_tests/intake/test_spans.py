"""Spans: what lies between them is a gap, and how far back the entries of one snapshot prove anything."""

from datetime import datetime, timedelta

from secdigest_pipeline.intake.spans import Span, gaps, reach_of
from secdigest_pipeline_tests.intake.worlds import jst


def moments(*hours: int) -> list[datetime]:
    return [jst("2026-10-01 00:00") + timedelta(hours=hour) for hour in hours]


def test_gaps_are_what_no_span_holds() -> None:
    a, b, c, d, e = moments(0, 1, 2, 3, 4)
    assert gaps([], a, e) == [Span(a, e)]
    assert gaps([Span(b, c), Span(a, b)], a, e) == [Span(c, e)]
    assert gaps([Span(b, c), Span(d, e)], a, e) == [Span(a, b), Span(c, d)]
    assert gaps([Span(a, d), Span(b, c), Span(d, e)], a, e) == []


def test_a_reach_leaves_a_quarter_and_everything_undated_out_of_account() -> None:
    assert reach_of([]) is None
    assert reach_of([None, None]) is None
    assert reach_of(moments(3, 1, 2)) == moments(1)[0]
    assert reach_of(moments(4, 1, 2, 3)) == moments(2)[0]
    assert reach_of([*moments(1), None, None, None]) is None

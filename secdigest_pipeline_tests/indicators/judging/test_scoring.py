"""The scoring table: a sum of named reasons decides, evenly balanced is no indicator, and a rule outweighs everything."""

import pytest

from secdigest_pipeline.indicators.judging.scoring import (
    RULE,
    WEIGHTS,
    Reason,
    confidence,
    log_odds,
    strongest_against,
    verdict,
)


def reasons(*names: str) -> tuple[Reason, ...]:
    return tuple(Reason(name) for name in names)


def test_no_sum_of_other_reasons_outweighs_a_rule() -> None:
    assert (
        sum(weight.log_odds for name, weight in WEIGHTS.items() if weight.log_odds > 0 and name != "local_deny") < -RULE
    )
    assert all(weight.why for weight in WEIGHTS.values())


def test_what_speaks_as_much_for_a_value_as_against_it_is_no_indicator_and_says_why() -> None:
    even = reasons("name", "listed")
    assert log_odds(even) == 0
    assert verdict(even) == (False, False, 0.5, ("name", "listed"), "no_sign_of_malice")
    assert verdict(reasons("name", "listed", "other_articles"))[:2] == (True, True)


def test_what_keeps_a_value_out_is_its_weightiest_reason_against() -> None:
    assert strongest_against(reasons("name", "listed", "live_name", "live_link")) == "live_link"
    assert str(strongest_against((Reason("name"), Reason("warning_list", "tranco10k")))) == "warning_list:tranco10k"
    # an address or a name by itself is no reason against it
    assert {strongest_against(reasons(kind)) for kind in ("name", "address", "hash")} == {"no_sign_of_malice"}


def test_confidence_grows_with_the_sum_and_ends_at_both_ends() -> None:
    assert [confidence(total) for total in (-1e9, -2.0, 0.0, 2.0, 1e9)] == [0.0, 0.119, 0.5, 0.881, 1.0]


def test_the_newsrooms_own_list_outweighs_every_rule() -> None:
    for rule in (name for name, weight in WEIGHTS.items() if weight.log_odds == RULE):
        assert verdict(reasons("name", "live_link", rule, "local_deny")).is_ioc
        assert not verdict(reasons("hash", "defanged", "indicator_section", "analysis_malicious", rule)).is_ioc


def test_a_type_that_reports_do_not_collect_may_still_be_an_attackers() -> None:
    outcome = verdict(reasons("name", "defanged", "not_collected"))
    assert (outcome.is_ioc, outcome.malicious, outcome.suppressed) == (False, True, "not_collected")


def test_a_reason_that_the_table_does_not_hold_is_an_error() -> None:
    with pytest.raises(KeyError):
        verdict(reasons("name", "hearsay"))

"""The price table: what a call costs at most, what it did cost, and the request each model takes."""

from datetime import date

import pytest

from secdigest_pipeline.analysis.asking import models
from secdigest_pipeline.analysis.asking.models import Usage
from secdigest_pipeline.analysis.reply.prompt import SYSTEM
from secdigest_pipeline.analysis.reply.schema import SCHEMA


def test_the_price_of_a_call_counts_each_kind_of_token() -> None:
    haiku = models.model("claude-haiku-5-5")
    assert haiku.cost(Usage(1_000_000 // 10, 0, 0, 0)) == pytest.approx(0.01)
    assert haiku.cost(Usage(1_000, 2_000, 3_000, 4_000)) == pytest.approx((100 + 250 + 30 + 2_000) / 1e6)
    assert haiku.cost(Usage(100_001, 0, 0, 0)) == pytest.approx(5 * 100_001 * 0.10 / 1e6), (
        "long prompts cost five times"
    )
    assert models.model("claude-haiku-4-5").cost(Usage(0, 0, 0, 1_000_000)) == 5.0


def test_an_estimate_is_never_below_the_price() -> None:
    haiku = models.model("claude-haiku-5-5")
    text = "English words and 日本語の文章 in one text. " * 200
    assert haiku.highest_cost(text, 8_000) > haiku.cost(Usage(len(text) // 3, 0, 0, 8_000))


def test_each_model_gets_the_request_it_takes() -> None:
    def request(name: str) -> dict[str, object]:
        return models.model(name).request(SYSTEM, "turn", SCHEMA, 8_000)

    assert request("claude-haiku-5-5")["output_config"]["effort"] == "medium"  # type: ignore[index]
    assert "thinking" not in request("claude-haiku-5-5")
    assert "effort" not in request("claude-haiku-4-5")["output_config"]  # type: ignore[operator]
    assert request("claude-haiku-4-5-20251001")["model"] == "claude-haiku-4-5-20251001"
    assert request("claude-sonnet-5-5")["thinking"] == {"type": "between_tools"}
    assert request("claude-haiku-5-5")["system"][0]["cache_control"] == {"type": "ephemeral"}  # type: ignore[index]
    short = models.model("claude-sonnet-5").request("Short rules.", "turn", SCHEMA, 10)
    assert "cache_control" not in short["system"][0]


def test_an_unknown_model_has_no_price_and_an_unknown_answerer_that_of_the_asked_one() -> None:
    with pytest.raises(models.UnknownModel, match="SECDIGEST_MODELS"):
        models.model("claude-haiku-9")
    asked = models.model("claude-haiku-5-5")
    assert models.billed_as("claude-haiku-4-5-20251001", asked).name == "claude-haiku-4-5"
    assert models.billed_as("something else", asked) is asked


def test_a_model_near_its_retirement_is_warned_of() -> None:
    assert models.retirement_warning("claude-haiku-5-5", date(2026, 11, 23)) is None
    assert "2027-10-07" in (models.retirement_warning("claude-haiku-5-5", date(2027, 9, 1)) or "")
    assert models.retirement_warning("claude-haiku-4-5", date(2030, 1, 1)) is None

"""What is said of each article: by a model with a quote behind every statement, or in the article's own sentences."""

from typing import TYPE_CHECKING, Any

from secdigest_pipeline.analysis.analyse import Analyst, AnalystUnavailable, analyse
from secdigest_pipeline.analysis.extractive import Extractive
from secdigest_pipeline.analysis.replies import Replies

if TYPE_CHECKING:
    from secdigest_pipeline.analysis.anthropic import AnthropicAnalyst

__all__ = ["Analyst", "AnalystUnavailable", "AnthropicAnalyst", "Extractive", "Replies", "analyse"]


def __getattr__(name: str) -> Any:
    """The analyst with a model is loaded when it is asked for: a code location that is only looked at never pays for it."""
    if name == "AnthropicAnalyst":
        from secdigest_pipeline.analysis.anthropic import AnthropicAnalyst

        return AnthropicAnalyst
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

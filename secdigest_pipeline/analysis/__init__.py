"""What is said of each article: by a model with a quote behind every statement, or in the article's own sentences.

`analyse.analyse` is imported from its module, whose name it has.
"""

from typing import TYPE_CHECKING

from secdigest_pipeline.lazy import lazy

if TYPE_CHECKING:
    from secdigest_pipeline.analysis.analyse import Analyst, AnalystUnavailable
    from secdigest_pipeline.analysis.anthropic import AnthropicAnalyst
    from secdigest_pipeline.analysis.extractive import Extractive
    from secdigest_pipeline.analysis.replies import Replies

__all__ = [
    "Analyst",
    "AnalystUnavailable",
    "AnthropicAnalyst",
    "Extractive",
    "Replies",
]

__getattr__ = lazy(
    __name__,
    {
        "analyse": (
            "Analyst",
            "AnalystUnavailable",
        ),
        "anthropic": ("AnthropicAnalyst",),
        "extractive": ("Extractive",),
        "replies": ("Replies",),
    },
)

"""What is said of each article: by a model with a quote behind every statement, or in the article's own sentences."""

from secdigest_pipeline.analysis.analyse import Analyst, AnalystUnavailable, analyse
from secdigest_pipeline.analysis.anthropic import AnthropicAnalyst
from secdigest_pipeline.analysis.extractive import Extractive
from secdigest_pipeline.analysis.replies import Replies

__all__ = ["Analyst", "AnalystUnavailable", "AnthropicAnalyst", "Extractive", "Replies", "analyse"]

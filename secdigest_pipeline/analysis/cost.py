"""What an edition's analyses cost: the price of the kept replies they rest on, the same at every re-run."""

from collections.abc import Sequence

from secdigest_pipeline.analysis.models import billed_as, model
from secdigest_pipeline.analysis.records import Analysis
from secdigest_pipeline.analysis.replies import Replies


def price_of(analyses: Sequence[Analysis], replies: Replies) -> float:
    """USD of the replies behind `analyses`, each counted once. Calls that brought no usable reply are in the ledger only."""
    total = 0.0
    for key in sorted({analysis.reply_id for analysis in analyses if analysis.reply_id}):
        kept = replies.get(key)
        if kept is not None:
            total += billed_as(kept.model, model(kept.model_asked)).cost(kept.usage)
    return total

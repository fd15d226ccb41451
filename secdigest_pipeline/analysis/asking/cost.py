"""What an edition's analyses cost at the list price: the same number at every re-run, whatever the prompt cache did.

What was really billed depends on what stood in the provider's cache at that hour; that is in the ledger of calls.
"""

from collections.abc import Sequence

from secdigest_pipeline.analysis.asking.models import BATCH_FACTOR, Usage, billed_as, model
from secdigest_pipeline.analysis.asking.replies import KeptReply, Replies
from secdigest_pipeline.analysis.records import Analysis


def list_price(analyses: Sequence[Analysis], replies: Replies) -> float:
    """USD of the replies behind `analyses`, each counted once, every input token at the uncached price, batches at half."""
    keys = sorted({analysis.reply_id for analysis in analyses if analysis.reply_id})
    return sum(_uncached(kept) for kept in map(replies.get, keys) if kept is not None)


def _uncached(kept: KeptReply) -> float:
    usage = kept.usage
    tokens = Usage(input=usage.input + usage.cache_write + usage.cache_read, output=usage.output)
    whole = billed_as(kept.model, model(kept.model_asked)).cost(tokens)
    return whole * BATCH_FACTOR if kept.batch else whole

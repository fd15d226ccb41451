"""What an edition's analyses cost at the list price: the same number at every re-run, whatever the prompt cache did.

What was really billed depends on what stood in the provider's cache at that hour; that is in the ledger of calls.
"""

from collections.abc import Sequence

from secdigest_pipeline.analysis.asking.models import BATCH_FACTOR, UnknownModel, Usage, billed_as, model, priced
from secdigest_pipeline.analysis.asking.replies import KeptReply
from secdigest_pipeline.analysis.records import ARTICLE_ANALYSES, Analysis
from secdigest_pipeline.base.tables import TableError


def list_price(kept: KeptReply) -> float | None:
    """USD of one reply, every input token at the uncached price, a batch at half; None when no price is known any more."""
    usage = kept.usage
    tokens = Usage(input=usage.input + usage.cache_write + usage.cache_read, output=usage.output)
    try:
        asked = (
            model(kept.model_asked)
            if kept.price_input is None or kept.price_output is None
            else priced(kept.model_asked, kept.price_input, kept.price_output)
        )
    except UnknownModel:
        return None
    whole = billed_as(kept.model, asked).cost(tokens)
    return whole * BATCH_FACTOR if kept.batch else whole


def edition_price(analyses: Sequence[Analysis]) -> float:
    """USD of the replies behind `analyses`, each counted once; TableError when the table does not say (one of before)."""
    prices = {analysis.reply_id: analysis.list_price_usd for analysis in analyses if analysis.reply_id}
    for reply_id, price in prices.items():
        if price is None:
            raise TableError(f"{ARTICLE_ANALYSES.name}: no list price of the reply {reply_id}: materialize it again")
    return sum(prices[reply_id] or 0.0 for reply_id in sorted(prices))

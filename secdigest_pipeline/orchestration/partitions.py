"""Dagster's view of the editions: one daily partition an edition, in Asia/Tokyo."""

import dagster as dg

from secdigest_pipeline.base.editions import TIMEZONE
from secdigest_pipeline.base.settings import Settings

# end_offset=1: edition D is published on the morning of D, so its partition must exist before D has ended
EDITIONS = dg.DailyPartitionsDefinition(
    start_date=Settings.from_env().start.isoformat(), timezone=TIMEZONE, end_offset=1
)

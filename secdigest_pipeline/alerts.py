"""The run-failure sensor: each failed run becomes one line in `<data>/alerts/<date>.jsonl` (date in Asia/Tokyo).

A file and not a webhook: a log shipper or a monitor that follows the folder needs no secret of ours.
"""

import json
import re
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

import dagster as dg
from dagster._core.errors import DagsterMaxRetriesExceededError
from upath import UPath

from secdigest_pipeline.editions import JST
from secdigest_pipeline.files import StorageError, write_atomic
from secdigest_pipeline.resources import Services

MAX_MESSAGE = 500
MAX_STEPS = 10

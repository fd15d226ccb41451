"""What a kept reply turned out to be: a reply of the schema, or why it cannot be used."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from secdigest_pipeline.analysis.asking.prose import json_in
from secdigest_pipeline.analysis.asking.replies import KeptReply
from secdigest_pipeline.analysis.reply.claims import InvalidReply, Reply, read_reply

Read = TypeVar("Read")


@dataclass(frozen=True, slots=True)
class Unusable:
    """A reply that was received and cannot be used. `again`: another try on the same model may do better."""

    outcome: str
    reason: str
    again: bool


def read(kept: KeptReply) -> Reply | Unusable:
    """The reply to a write call in `kept`."""
    return read_as(kept, read_reply)


def ended(kept: KeptReply) -> str | Unusable:
    """The text of a reply that came to its end, unread."""
    return read_as(kept, str)


def read_as(kept: KeptReply, parsed: Callable[[str], Read]) -> Read | Unusable:
    """The reply in `kept`, its text `parsed` (which raises InvalidReply).

    Text of a refused or cut reply is never looked at: it may be half of something.
    """
    match kept.stop_reason:
        case "refusal":
            return Unusable("refusal", f"refusal ({kept.refusal or 'no category'})", again=False)
        case "max_tokens":
            return Unusable("max_tokens", "the reply was cut off at its token limit", again=True)
        case "end_turn" | "stop_sequence":
            try:
                return parsed(kept.text if kept.structured else json_in(kept.text))
            except InvalidReply as error:
                return Unusable("invalid", f"invalid reply ({error})", again=True)
        case other:
            # the context window is exceeded, or a reason that a call without tools cannot have
            return Unusable(other or "invalid", f"the reply stopped for {other or 'no reason'}", again=False)

"""The JSON object in the answer of a model that is not held to a schema: with or without a fence or words around it."""

import json

from secdigest_pipeline.analysis.reply.claims import InvalidReply

# Openings that are tried; a reply that is none has few, and each try may read to the end.
_MOST_TRIES = 50
_THOUGHT_ENDS = "</think>"


def json_in(text: str) -> str:
    """The one JSON object in `text`; InvalidReply for none, and for several: which of them is meant would be a guess.

    What a model thought aloud before it (`</think>`) is no part of its answer.
    """
    text = text.rpartition(_THOUGHT_ENDS)[2]
    decoder = json.JSONDecoder()
    found: list[str] = []
    at = text.find("{")
    for _ in range(_MOST_TRIES):
        if at < 0:
            break
        try:
            _, end = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            end = at + 1
        else:
            found.append(text[at:end])
        at = text.find("{", end)
    if at >= 0 or len(found) > 1:
        raise InvalidReply("more than one JSON object")
    if not found:
        raise InvalidReply("not JSON")
    return found[0]

"""What an error of the Messages API means for the run: this article has no reply, or no article will get one.

Errors are read by their attributes, so the SDK (two seconds of import) is not needed to know them.
"""

import json
from dataclasses import dataclass

from secdigest_pipeline.analysis.asking.wire import DROPPED, LOST_HEADER, PACKED, TIMEOUT, TOO_LARGE
from secdigest_pipeline.base.characters import plain_line
from secdigest_pipeline.base.redaction import without


class AnalystUnavailable(RuntimeError):
    """No article can be analysed (no key, dead key, empty credit, unknown model); one line says why and what to set."""


# Outcome of a call whose process ended before it did.
LOST = "lost"
_MAX_REASON = 300
# What `error.type` may be (platform.claude.com, api/errors). Any other word is the server's own invention: it stands in
# the ledger and in every message, so it is not repeated.
_TYPES = frozenset(
    (
        *("invalid_request_error", "authentication_error", "billing_error", "permission_error", "not_found_error"),
        *("conflict_error", "request_too_large", "rate_limit_error", "api_error", "timeout_error", "overloaded_error"),
    )
)


@dataclass(frozen=True, slots=True)
class Failure:
    """A call without a reply. `outcome` goes to the ledger, `reason` to the reader; neither holds a credential."""

    outcome: str
    reason: str
    fatal: bool = False  # no other article would fare better: key or credit
    missing: bool = False  # the model does not exist or may not be used: the endpoint itself works
    again: bool = False  # an answer that was no reply: worth one more try of ours
    unanswered: bool = False  # the endpoint did not answer; all of the SDK's retries are used up
    perhaps_billed: bool = False  # given up while the model may have been writing


def failure(error: Exception, secrets: tuple[str, ...]) -> Failure:
    """What `error`, raised by `messages.create`, means.

    Of what the server wrote only a known `type` and the message are told, the message `without` the `secrets`.
    """
    name = type(error).__name__
    if isinstance(error, TimeoutError):
        return Failure("deadline", "no reply before the deadline", unanswered=True, perhaps_billed=True)
    if isinstance(error, (json.JSONDecodeError, UnicodeDecodeError, RecursionError)):
        return Failure("not_a_message", "the endpoint's answer is not JSON", again=True, perhaps_billed=True)
    status = getattr(error, "status_code", None)
    if not isinstance(status, int):
        return Failure(name, _NO_STATUS.get(name, f"the call failed ({name})"), unanswered=True)
    lost = getattr(getattr(error, "response", None), "headers", {}).get(LOST_HEADER)
    if lost in _LOST:
        return Failure(lost, _LOST[lost], again=True, unanswered=True, perhaps_billed=True)
    told = _text(getattr(error, "type", None))
    kind = told if told in _TYPES else name
    code = _text(getattr(error, "error_code", None))
    said = without(plain_line(_text(getattr(error, "api_message", None))), secrets)[:_MAX_REASON]
    reason = ": ".join(filter(None, (f"HTTP {status}", kind, said)))
    if status == 402 or kind == "billing_error" or _is_money(code) or "credit balance" in said.casefold():
        return Failure(kind, reason, fatal=True)
    if status == 401:
        return Failure(kind, reason, fatal=True)
    # A 403 or 404 page of something in between (a filter that dislikes exploit text) concerns one article only.
    if status in (403, 404) and told:
        return Failure(kind, reason, missing=True)
    return Failure(kind, reason, unanswered=status == 429 or status >= 500)


_NO_STATUS = {
    "APIConnectionError": "the endpoint cannot be reached",
    "APITimeoutError": "the endpoint cannot be reached in time",
}
_LOST = {
    TIMEOUT: "the endpoint did not answer in time",
    DROPPED: "the endpoint dropped the connection",
    TOO_LARGE: "the endpoint's answer has no end",
    PACKED: "the endpoint's answer cannot be unpacked",
}


def _is_money(code: str) -> bool:
    return "spend_limit" in code or "billing" in code or code == "organization_on_hold"


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""

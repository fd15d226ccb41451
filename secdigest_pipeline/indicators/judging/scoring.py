"""The one table behind is_ioc and confidence: named reasons, the weight of each in log-odds, and why it has it.

A value's confidence is the logistic function of the sum of its reasons' weights: 0 means "as likely as not". Weights are rounded from the
counts of a benchmark of finders (shares of real IOCs among live, listed and defanged values) and from a
read half of the labelled texts (benchmarks/bench_ledger.py prints how well confidence is calibrated on the other half).
"""

import math
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple


class Weight(NamedTuple):
    """Log-odds of one reason, and why."""

    log_odds: float
    why: str


# No sum of other reasons outweighs a rule: the sum of all positive ones is below 30.
RULE = -30.0

WEIGHTS: Mapping[str, Weight] = {
    # where a value begins before anything is said about it
    "hash": Weight(2.5, "a file hash in a security text nearly always names a sample"),
    "address": Weight(-1.0, "a live IP address is an IOC, or a version, victim, target of a scan or example"),
    "name": Weight(-1.0, "of hosts and URLs in an article 43 % and 60 % are references (benchmark section 5)"),
    # for
    "defanged": Weight(4.5, "the author broke the value so that nobody clicks it"),
    "indicator_section": Weight(3.0, "stands in a list or table under a heading that announces indicators"),
    "indicator_prose": Weight(1.0, "stands in a sentence under such a heading, as links to reports do too"),
    "listed": Weight(1.0, "stands alone on its line, in a table row, a list of values or a code block"),
    "block": Weight(1.5, "one of three or more lines in a row that hold nothing but values"),
    "row": Weight(0.3, "one of three or more values in a line that holds little else but a label"),
    "attacker_wording": Weight(2.0, "the words beside it call it an attacker's: C2, phishing site, connects to"),
    "malicious_wording": Weight(0.7, "words of an attack stand beside it, as they do beside victims and tools"),
    "download_command": Weight(2.5, "a URL in a command that fetches and runs what it gives"),
    "beside_hash": Weight(1.5, "a file's name in the row of a hash: the sample's own"),
    "onion": Weight(1.5, "a Tor name in a security text is a gang's site far oftener than a newspaper's"),
    "same_host_defanged": Weight(2.5, "the article defangs the same host elsewhere"),
    "other_articles": Weight(0.7, "another article of the edition gives the same value as an indicator"),
    "analysis_malicious": Weight(4.0, "the analysis gives it an attacker's role and quotes the source"),
    "analysis_malicious_unquoted": Weight(0.7, "the analysis gives it an attacker's role without a quote"),
    # against
    "live_link": Weight(
        -5.5, "a live http(s) link in an article that defangs is a reference (benchmark: P .852 to .925)"
    ),
    "live_url": Weight(-0.7, "a live URL in an article that defangs nothing"),
    "live_name": Weight(-2.0, "a live host in an article that defangs"),
    "link_target": Weight(-2.5, "the page links to it"),
    "reference_section": Weight(-3.0, "stands under references, related articles or contact"),
    "benign_wording": Weight(-1.5, "the words beside it call it a tool, source or official site"),
    "victim_wording": Weight(-1.5, "the words beside it call it a victim's or target's"),
    "inside_link": Weight(-4.0, "a hash inside a live URL: a report's or commit's name, not a file of the article"),
    "not_a_file_hash": Weight(-3.5, "the words beside it call it a commit, key, certificate or fingerprint"),
    "warning_list": Weight(
        -5.0, "live, and on a list of well-known hosts (benchmark: 86 of 88 such hits are harmless)"
    ),
    "service_path": Weight(-2.5, "a live URL on a shared service: a source as often as an abused upload"),
    "service_path_listed": Weight(-1.0, "the same in a list of indicators, where sources do not stand"),
    "called_innocent": Weight(-14.0, "its own row or sentence calls it legitimate, a decoy or a connectivity check"),
    "analysis_benign": Weight(-4.0, "the analysis calls it a victim, source or reference and quotes the source"),
    "analysis_benign_unquoted": Weight(-0.7, "the analysis calls it a victim, source or reference without a quote"),
    # rules: never an IOC, whatever else is said
    "own_outlet": Weight(RULE, "a live host of the outlet's own domain"),
    "reserved_address": Weight(RULE, "documentation, loopback or otherwise nobody's address (docs/contract.md 2.3)"),
    "private_address": Weight(RULE, "a private address the article does not list as an indicator"),
    "private_address_listed": Weight(0.0, "a private address in a list of indicators: report only, never CSV"),
    "public_resolver": Weight(RULE, "a public DNS resolver (docs/contract.md 2.3)"),
    "platform_address": Weight(RULE, "an address at which a platform of the whole world answers itself"),
    "platform_name": Weight(RULE, "a name of a platform's own, without a path: a list of its vendor holds it"),
    "well_known_host": Weight(RULE, "one of the six hosts of docs/contract.md 2.3, without a path of its own"),
    "placeholder": Weight(RULE, "a name set aside for examples (RFC 6761)"),
    "harmless_hash": Weight(RULE, "the hash of an empty, test or certificate file"),
    "not_collected": Weight(RULE, "a type that reports and CSV do not collect (docs/contract.md 2.3)"),
    "local_allow": Weight(RULE, "on the newsroom's own list of values to keep out"),
    "local_deny": Weight(-2 * RULE, "on the newsroom's own list of indicators"),
}


class Reason(NamedTuple):
    """One reason of one value; `detail` is the list or heading behind it, empty when there is none."""

    name: str
    detail: str = ""

    def __str__(self) -> str:
        return f"{self.name}:{self.detail}" if self.detail else self.name


class Verdict(NamedTuple):
    """What a value's reasons come to.

    `malicious`: they say so, whether or not reports collect its type. `is_ioc`: it goes into the report or the CSV.
    """

    is_ioc: bool
    malicious: bool
    confidence: float
    reasons: tuple[str, ...]
    suppressed: str


@lru_cache(maxsize=1024)
def verdict(reasons: tuple[Reason, ...]) -> Verdict:
    """The sum of `reasons`; the values of one list have the same ones. KeyError for a reason the table does not hold."""
    total = log_odds(reasons)
    # An e-mail address has its role by what the page says, though no report collects it.
    collected = tuple(reason for reason in reasons if reason.name != "not_collected")
    return Verdict(
        is_ioc=total > 0,
        malicious=log_odds(collected) > 0,
        confidence=confidence(log_odds(collected)),
        reasons=tuple(str(reason) for reason in reasons),
        suppressed="" if total > 0 else strongest_against(reasons),
    )


def log_odds(reasons: tuple[Reason, ...]) -> float:
    """Sum of the weights of `reasons`; KeyError for a reason the table does not hold."""
    return sum(WEIGHTS[reason.name].log_odds for reason in reasons)


def confidence(total: float) -> float:
    """0 to 1 with three decimals: the logistic function of a sum of log-odds."""
    return round(1 / (1 + math.exp(-max(-700.0, min(700.0, total)))), 3)


def strongest_against(reasons: tuple[Reason, ...]) -> str:
    """What keeps a value out: its weightiest reason against, or that nothing speaks for it."""
    worst = min(reasons, key=lambda reason: WEIGHTS[reason.name].log_odds)
    return str(worst) if WEIGHTS[worst.name].log_odds < WEIGHTS["name"].log_odds else "no_sign_of_malice"

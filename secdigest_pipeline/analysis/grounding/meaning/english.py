"""English passages read clause by clause: which events are denied, hedged, claimed or planned."""

import re
from dataclasses import dataclass

from secdigest_pipeline.analysis.grounding.meaning.events import Event, Mark, english_words

_TOKEN = re.compile(r"[a-z]+(?:['’-][a-z]+)*|\d[\d.,]*\d|\d|[^\s\w]", re.IGNORECASE)
# Ends what a negation, a hedge or a plan reaches; "that" and "to" hand it on.
_PARTS = frozenset("but while although though whereas because if unless when after before until so since however yet".split())
_STOPS = frozenset(".;:!?()")
_NOT = frozenset(
    "not no never nor neither none nobody nothing cannot without unable unaware lacks lack lacked denied denies deny "
    "unless refused refuses declined declines failed fails avoid avoids avoided prevent prevents prevented stopped impossible".split()
)
_NOT_PHRASES = re.compile(
    r"\b(?:yet to|no longer|rule[sd]? out|stop(?:ped|s)? short of|rather than|instead of|far from|fell short of|ruled out|"
    r"too early to|little evidence|only (?:after|until)|anything but|free of|out of)\b"
)
_NOT_NOT = re.compile(r"\bnot (?:only|just|merely|least)\b|\bno (?:doubt|less|fewer|sooner|matter)\b|\bnot (?:un\w+)")
_HEDGES = frozenset(
    "may might could possibly perhaps probably likely unlikely reportedly apparently allegedly purportedly presumably seemingly "
    "potentially believe believes believed believing suspect suspects suspected suspecting think thinks thought assume assumes "
    "assumed appear appears appeared seem seems seemed unconfirmed unverified suggest suggests suggested suggesting indicate "
    "indicates indicated hint hints hinted assess assesses assessed estimate estimates estimated speculate speculated "
    "rumoured rumored unclear whether probable possible plausible potential suspicion suspicions hypothesis "
    "guess guesses conceivably supposedly ostensibly maybe fear fears feared consistent confidence".split()
)
_CLAIMS = frozenset(
    "claim claims claimed claiming allege alleges alleged alleging purport purports purported assert asserts asserted "
    "boast boasts boasted accuse accuses accused self-proclaimed".split()
)
_PLANS = frozenset(
    "will shall plan plans planned planning intend intends intended considering consider considers proposed proposes propose "
    "proposal scheduled expects expected expect upcoming aims hopes wants 'll going promises promised promise pledges pledged "
    "preparing prepares eventually soon would weighing mulling mull weigh".split()
)
_PLAN_PHRASES = re.compile(
    r"\b(?:(?:is|are|was|were) (?:due )?to (?:be )?[a-z]+|set to|due to [a-z]+ (?:on|in|next|by)|about to|ready to|"
    r"next (?:week|month|year|spring|summer|autumn|fall|quarter)|later this (?:week|month|year)|by the end of|"
    r"in the coming|starting (?:in|on|next)|under consideration|draft|has yet to)\b"
)
_NONE = frozenset("no nothing none nobody neither".split())
# "An update is not available": what is denied stands before.
_MISSING = frozenset("possible available necessary needed required public planned offered provided known clear".split())
# An adjective before its noun hedges the noun only.
_ADJECTIVE = frozenset("suspected alleged possible potential likely apparent probable purported claimed expected planned proposed".split())
_DETERMINERS = frozenset("a an the its their his her two three four several many some other".split())


@dataclass(frozen=True, slots=True)
class _Token:
    word: str
    start: int
    end: int


def _tokens(text: str) -> list[_Token]:
    return [_Token(m.group().lower().replace("’", "'"), m.start(), m.end()) for m in _TOKEN.finditer(text)]


def _reach(tokens: list[_Token], at: int) -> int:
    """Where the scope of a word at index `at` ends: the next break of the clause."""
    # "companies that do not use it can block it": the relative clause ends before the verb of the main one
    relative = at >= 2 and tokens[at - 2].word in ("that", "who", "which")
    for here in range(at + 1, len(tokens)):
        word = tokens[here].word
        if relative and here - at > 1 and word in _FINITE:
            return here
        if word in _STOPS or word in _PARTS:
            return here
        if word == "," and here - at > 1:
            return here
        if word == "and" and here + 1 < len(tokens) and here - at > 2 and _begins_clause(tokens, here + 1):
            return here
    return len(tokens)


_FINITE = frozenset(
    "is are was were has have had does did can will would may might could should it they he she we that which".split()
)


def _begins_clause(tokens: list[_Token], at: int) -> bool:
    """Whether what follows an "and" is a clause with a verb of its own; "not stored and sold" is not one."""
    return any(token.word in _FINITE for token in tokens[at : at + 5])


def _clause_start(tokens: list[_Token], at: int) -> int:
    for here in range(at - 1, -1, -1):
        if tokens[here].word in _STOPS or tokens[here].word in _PARTS:
            return here + 1
    return 0


def _spans(text: str, tokens: list[_Token]) -> list[tuple[int, int, Mark]]:
    """Stretches of tokens that a negation, a hedge, a claim or a plan governs."""
    low = text.lower().replace("’", "'")
    skipped = [m.span() for m in _NOT_NOT.finditer(low)]
    found: list[tuple[int, int, Mark]] = []

    def add(at: int, mark: Mark) -> None:
        found.append((at + 1, _reach(tokens, at), mark))

    for at, token in enumerate(tokens):
        word = token.word
        following = tokens[at + 1].word if at + 1 < len(tokens) else "."
        if (word in _NOT or word.endswith("n't")) and not any(a <= token.start < b for a, b in skipped):
            add(at, "not")
            if word in _NONE and at:
                # "detected no malware": what is denied is the verb before
                found.append((at - 1, at, "not"))
            if following in _MISSING:
                found.append((_clause_start(tokens, at), at, "not"))
        mark: Mark | None = (
            "hedged" if word in _HEDGES else "claimed" if word in _CLAIMS else "planned" if word in _PLANS or word.endswith("'ll") else None
        )
        if mark is None:
            continue
        if word in _ADJECTIVE and at and tokens[at - 1].word in _DETERMINERS:
            found.append((at, min(at + 4, len(tokens)), mark))
        elif following in _STOPS or following == ",":
            # "..., the company believes."
            found.append((_clause_start(tokens, at), at, mark))
        else:
            add(at, mark)
    for pattern, mark in ((_NOT_PHRASES, "not"), (_PLAN_PHRASES, "planned")):
        for match in pattern.finditer(low):
            at = next((n for n, token in enumerate(tokens) if token.end > match.start()), None)
            if at is None:
                continue
            found.append((at, _reach(tokens, at), mark))
            if mark == "planned" and match.group().split()[0] in ("next", "later", "by", "in", "starting"):
                found.append((_clause_start(tokens, at), at, mark))
    return found


def events(text: str) -> list[Event]:
    """Every concept that an English text names, with its marks. Linear in the text."""
    tokens = _tokens(text)
    marks: list[set[Mark]] = [set() for _ in tokens]
    for start, end, mark in _spans(text, tokens):
        for at in range(start, end):
            marks[at].add(mark)
    known = english_words()
    found = []
    for at, token in enumerate(tokens):
        own: set[Mark] = set(marks[at])
        pair = f"{token.word} {tokens[at + 1].word}" if at + 1 < len(tokens) else ""
        concepts = known.get(pair) or known.get(token.word) or _spread_pair(tokens, at, known)
        if not concepts and token.word.startswith(("un", "non-")):
            concepts = known.get(token.word.removeprefix("non-") if token.word.startswith("non-") else token.word[2:])
            own ^= {"not"}
        if concepts:
            found.append(Event(concepts, token.start, token.end, frozenset(own), True))
    return found


def _spread_pair(tokens: list[_Token], at: int, known: dict[str, tuple[str, ...]]) -> tuple[str, ...]:
    """A verb whose particle stands up to three words further: turn the device off."""
    for further in range(at + 2, min(at + 5, len(tokens))):
        if tokens[further].word in ("off", "on", "up", "down", "into"):
            return known.get(f"{tokens[at].word} {tokens[further].word}", ())
    return ()

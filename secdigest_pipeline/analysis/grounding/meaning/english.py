"""English passages read clause by clause: which events are denied, hedged, claimed or planned."""

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from secdigest_pipeline.analysis.grounding.meaning.events import Event, Mark, english_words

_Span = tuple[int, int, Mark]

_TOKEN = re.compile(r"[a-z]+(?:['’-][a-z]+)*|\d[\d.,]*\d|\d|[^\s\w]", re.IGNORECASE)
# Ends what a negation, a doubt or a plan reaches; "that" and "to" hand it on.
_PARTS = frozenset(
    "but while although though whereas because if unless when after before until so since however yet".split()
)
_STOPS = frozenset(".;:!?()")
_FINITE = frozenset(
    "is are was were has have had does did can will would may might could should it they he she we that which".split()
)
_NOT = frozenset(
    "not no never nor neither none nobody nothing cannot without unable unaware lacks lack lacked denied denies deny unless "
    "refused refuses declined declines failed fails avoid avoids avoided prevent prevents prevented stopped impossible "
    "banned bans ban prohibited prohibits forbids forbidden".split()
)
_NONE = frozenset("no nothing none nobody neither".split())
# "An update is not available": what is denied stands before.
_MISSING = frozenset("possible available necessary needed required public planned offered provided known clear".split())
_NOT_PHRASES = re.compile(
    r"\b(?:yet to|no longer|rul(?:es?|ed) out|stop(?:ped|s)? short of|rather than|instead of|far from|fell short of|"
    r"too early to|little evidence|anything but|(?:advis|warn|recommend|caution|urg|decid|rul)(?:e|es|ed|ing|s)? against)\b"
)
_NOT_NOT = re.compile(
    r"\bnot (?:only|just|merely|least)\b|\bno (?:doubt|less|fewer|sooner|matter)\b|\bnot un\w+"
    # what ought not to be says nothing of what is
    r"|\b(?:should|must|ought to) (?:never|not) be\b"
)
_HEDGES = (
    "may might could possibly perhaps probably likely unlikely reportedly apparently allegedly purportedly presumably seemingly "
    "potentially believe believes believed believing suspect suspects suspected suspecting think thinks thought assume assumes "
    "assumed appear appears appeared seem seems seemed unconfirmed unverified suggest suggests suggested suggesting indicate "
    "indicates indicated hint hints hinted assess assesses assessed estimate estimates estimated speculate speculated "
    "rumoured rumored unclear whether probable possible plausible potential suspicion suspicions hypothesis "
    "guess guesses conceivably supposedly ostensibly maybe fear fears feared consistent confidence"
)
_CLAIMS = (
    "claim claims claimed claiming allege alleges alleged alleging purport purports purported assert asserts asserted "
    "boast boasts boasted accuse accuses accused self-proclaimed"
)
_PLANS = (
    "will shall plan plans planned planning intend intends intended considering consider considers proposed proposes propose "
    "proposal scheduled expects expected expect upcoming aims hopes wants going promises promised promise pledges pledged "
    "threaten threatens threatened threatening vow vows vowed preparing prepares eventually soon would weighing mulling mull weigh"
)
_MARKS: dict[str, Mark] = {
    **dict.fromkeys(_HEDGES.split(), "hedged"),
    **dict.fromkeys(_CLAIMS.split(), "claimed"),
    **dict.fromkeys(_PLANS.split(), "planned"),
}
_PLAN_PHRASES = re.compile(
    r"\b(?:(?:is|are|was|were) (?:due )?to (?:be )?[a-z]+|set to|due to [a-z]+ (?:on|in|next|by)|about to|ready to|"
    r"next (?:week|month|year|spring|summer|autumn|fall|quarter)|later this (?:week|month|year)|by the end of|"
    r"(?:agreed|offered|tried|trying|attempted|attempting|ordered|asked) to|"
    r"(?:ordered|asked|urged|instructed|told|invited)(?: [\w-]+){1,4} to\b|in the coming|starting (?:in|on|next)|"
    r"under consideration|draft|has yet to)\b|, to be [a-z]+"
)
# First words of phrases that stand behind what is planned.
_BEHIND = frozenset(("next", "later", "by", "in", "starting"))
_PHRASES: tuple[tuple[re.Pattern[str], Mark], ...] = ((_NOT_PHRASES, "not"), (_PLAN_PHRASES, "planned"))
_UNSURE = re.compile(
    r"(?:\b(?:not|never|yet to|nobody|no one|neither)|n't)(?: \w+){0,2} "
    r"(?:know|knows|known|clear|confirmed?|determined?|establish\w*|verif\w+|certain|sure|said|say)\b",
    re.IGNORECASE,
)
# An adjective before its noun casts doubt on the noun only.
_ADJECTIVE = frozenset(
    "suspected alleged possible potential likely apparent probable purported claimed expected planned proposed".split()
)
_NOUNS_FOLLOW = frozenset(
    "a an the one two three four five six main prime chief male female other these those no any".split()
)
_SEEMS = frozenset("to that as likely not certain clear possible probable".split())
_DATES_FOLLOW = frozenset("in since until by of from on early late mid last this next between before after and".split())
_DETERMINERS = frozenset("a an the its their his her two three four several many some other".split())


@dataclass(frozen=True, slots=True)
class _Token:
    word: str
    start: int
    end: int


@lru_cache(maxsize=64)
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


def _begins_clause(tokens: list[_Token], at: int) -> bool:
    """Whether what follows an "and" is a clause with a verb of its own; "not stored and sold" is not one."""
    return any(token.word in _FINITE for token in tokens[at : at + 5])


def _clause_start(tokens: list[_Token], at: int) -> int:
    for here in range(at - 1, -1, -1):
        if tokens[here].word in _STOPS or tokens[here].word in _PARTS:
            return here + 1
    return 0


def _denying(tokens: list[_Token], at: int) -> list[_Span]:
    """What a negative word at index `at` denies."""
    word = tokens[at].word
    found: list[_Span] = [(at + 1, _reach(tokens, at), "not")]
    if at and (word in _NONE or tokens[at - 1].word in ("need", "needs")):
        # "detected no malware", "need not act": the verb before
        found.append((at - 1, at, "not"))
    if at + 1 < len(tokens) and tokens[at + 1].word in _MISSING:
        found.append((_clause_start(tokens, at), at, "not"))
    return found


def _governed(tokens: list[_Token], at: int, mark: Mark) -> _Span:
    """What a word of doubt, claim or plan at index `at` governs."""
    following = tokens[at + 1].word if at + 1 < len(tokens) else "."
    if tokens[at].word in _ADJECTIVE and at and tokens[at - 1].word in _DETERMINERS:
        return at, min(at + 4, len(tokens)), mark
    if following in _STOPS or following == ",":
        # "..., the company believes."
        return _clause_start(tokens, at), at, mark
    return at + 1, _reach(tokens, at), mark


def _phrases(low: str, tokens: list[_Token]) -> Iterator[_Span]:
    starts = [token.end - 1 for token in tokens]
    for pattern, mark in _PHRASES:
        for match in pattern.finditer(low):
            at = bisect_left(starts, match.start())
            if at == len(tokens):
                continue
            yield at, _reach(tokens, at), mark
            if mark == "planned" and match.group().split()[0] in _BEHIND:
                yield _clause_start(tokens, at), at, mark


def _mark(tokens: list[_Token], at: int) -> Mark | None:
    """What the word at index `at` makes of its clause: nothing where it is a noun, as in "a suspect was arrested", "in May"."""
    word = tokens[at].word
    before = tokens[at - 1].word if at else ""
    following = tokens[at + 1].word if at + 1 < len(tokens) else ""
    if (word in ("suspect", "suspects") and before in _NOUNS_FOLLOW) or (
        word == "may" and (before in _DATES_FOLLOW or before[:1].isdigit() or following[:1].isdigit())
    ):
        return None
    if word.startswith(("appear", "seem")) and following not in _SEEMS:
        return None
    return _MARKS.get("will" if word.endswith("'ll") else word)


def _spans(text: str, tokens: list[_Token]) -> list[_Span]:
    """Stretches of tokens that a negation, a doubt, a claim or a plan governs."""
    low = text.lower().replace("’", "'")
    harmless = {at for match in _NOT_NOT.finditer(low) for at in range(*match.span())}
    found: list[_Span] = []
    for at, token in enumerate(tokens):
        word = token.word
        if (word in _NOT or word.endswith("n't")) and token.start not in harmless:
            found += _denying(tokens, at)
        mark = _mark(tokens, at)
        if mark:
            found.append(_governed(tokens, at, mark))
    return [*found, *_phrases(low, tokens)]


def _marked(text: str, tokens: list[_Token]) -> list[set[Mark]]:
    """The marks of each token."""
    marks: list[set[Mark]] = [set() for _ in tokens]
    for start, end, mark in _spans(text, tokens):
        for at in range(start, end):
            marks[at].add(mark)
    return marks


def denials(text: str) -> int:
    """How many negative words an English text has."""
    words = sum(token.word in _NOT or token.word.endswith("n't") for token in _tokens(text))
    return words + len(_NOT_PHRASES.findall(text.lower()))


def doubts(text: str) -> bool:
    """Whether a text marks anything as possible, believed or claimed, or says that nobody knows."""
    tokens = _tokens(text)
    return bool(_UNSURE.search(text)) or any(_mark(tokens, at) in ("hedged", "claimed") for at in range(len(tokens)))


def plans(text: str) -> bool:
    """Whether a text speaks of anything as planned or to come."""
    return any(mark == "planned" for _, _, mark in _spans(text, _tokens(text)))


def affirmed(text: str, pattern: re.Pattern[str]) -> bool:
    """Whether a word that `pattern` matches whole stands in a text and is not denied."""
    tokens = _tokens(text)
    marks = _marked(text, tokens)
    return any(pattern.fullmatch(token.word) and "not" not in own for token, own in zip(tokens, marks, strict=True))


def events(text: str) -> list[Event]:
    """Every concept that an English text names, with its marks. Linear in the text."""
    tokens = _tokens(text)
    marks = _marked(text, tokens)
    known = english_words()
    found = []
    for at, token in enumerate(tokens):
        pair = f"{token.word} {tokens[at + 1].word}" if at + 1 < len(tokens) else ""
        concepts = known.get(pair) or _spread_pair(tokens, at, known) or known.get(token.word, ())
        own = marks[at]
        if not concepts and token.word.startswith(("un", "non-")):
            # unpatched, undetected: denied by its own first syllable, so "not undetected" is not
            concepts = known.get(token.word.removeprefix("non-" if token.word.startswith("non-") else "un"), ())
            own = own ^ {"not"}
        if concepts:
            found.append(Event(concepts, token.start, token.end, frozenset(own), True))
    return found


def _spread_pair(tokens: list[_Token], at: int, known: dict[str, tuple[str, ...]]) -> tuple[str, ...]:
    """A verb whose particle stands up to three words further: turn the device off."""
    for further in range(at + 2, min(at + 5, len(tokens))):
        if tokens[further].word in ("off", "on", "up", "down", "into"):
            return known.get(f"{tokens[at].word} {tokens[further].word}", ())
    return ()

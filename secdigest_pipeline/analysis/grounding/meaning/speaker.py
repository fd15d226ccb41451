"""Who said it: the words of one party in the mouth of another."""

import re
from collections.abc import Iterator, Sequence
from itertools import islice

from secdigest_pipeline.analysis.grounding.meaning import parties
from secdigest_pipeline.analysis.grounding.meaning.events import is_japanese

_SAY = re.compile(
    r"\b(?:said|says|saying|say|warned|warns|told|tells|stated|states|explained|explains|added|adds|noted|notes|wrote|writes|argued|argues|"
    r"stressed|stresses|confirmed|confirms|announced|announces|claimed|claims|believes?|believed|admitted|admits|denied|denies|"
    r"thinks|thought|suspects|suspected|estimates|estimated|recommends?|advises|advised|urged|urges|reported|reports|acknowledged|"
    r"according to|told|commented|concluded|concludes|answered|replied|called|calls|asks|asked|expects?|expected|"
    r"criticised|criticized|insists|insisted)\b",
    re.IGNORECASE,
)
_CHUNK = re.compile(r"[^,;:.!?\n\"“”]+")
_SAY_JA = (
    "と(?:は)?(?:述べ|話|語|説明|指摘|コメント|主張|警告|批判|強調|答え|回答|分析|推測|発表|見て|みて|明らかに|訴え|反論|評価)|との(?:考え|見方|見解|認識|立場)|"
    "としている|としており|とした|よう(?:に)?(?:警告|呼び|求め|勧告|促)|を認め"
)
_ACCORDING = re.compile("(?:^|[、。])([^、。「」]{1,40}?)(?:によると|によれば)")
_TOPIC = re.compile(f"^([^。「」は]{{2,40}}?)は、?[^。]*(?:{_SAY_JA})[^、]{{0,12}}$")
_OTHER_TOPIC = re.compile("、([^、。]{1,30}?)は")
_SPOKEN_JA = re.compile(
    f"(?:^|[。、」])([^、。「」]{{2,40}}?)(?:は|が|によると|によれば|も)(?=、?[^。]*(?:{_SAY_JA}|」と|」としつつ))|([^、。「」]{{2,40}}?)によると"
)
_QUOTATION = re.compile("([^、。「」はが]{1,40}?)(?:は|が)、?[^、。「」はが]{0,30}「([^「」]{6,200})」と")
# Half of a quotation's pairs of characters in a statement: that is the one it repeats.
_REPEATED = 0.5
# "has not commented", "declined to say": nobody speaks
_SILENT = re.compile(r"\b(?:not|never|nor|neither|declined|refused|without)\b|n't\b")
_VERB = re.compile(
    r"\b(?:\w{2,}ed|says?|tell|told|found|is|are|was|were|has|have|had|will|gave|got|took|did|does|and|but|or|than|against|in|by|to|which|that)\b|[はがをに]"
)
# 同社, 同氏: somebody named before.
_SAME = re.compile("同[社行氏校庁省市県大]|当社|弊社|当局|両")
_NEAR = 70


def _stated(statement: str) -> frozenset[str]:
    """The names of whoever a statement says to have said it; empty when it names none."""
    according = _ACCORDING.search(statement)
    found = according or _TOPIC.search(statement.rstrip("。"))
    if not found or _SAME.search(found.group(1)):
        return frozenset()
    # "A plans it, and B says that": two parties, either of whom may be the one who says it
    if not according and any(parties.actors(other) for other in _OTHER_TOPIC.findall(statement, found.end(1))):
        return frozenset()
    latin = parties.latin(found.group(1))
    return latin or parties.japanese(found.group(1))


def _speakers(passage: str) -> Iterator[frozenset[str]]:
    """The names around each verb of saying of a passage, more rather than less; empty where it is a pronoun's."""
    if is_japanese(passage):
        for match in _SPOKEN_JA.finditer(passage):
            phrase = match.group(1) or match.group(2)
            yield frozenset() if _SAME.search(phrase) else parties.named_in(phrase)
        return
    chunks = list(_CHUNK.finditer(passage))
    for at, chunk in enumerate(chunks):
        said = _SAY.search(chunk.group())
        if not said or _SILENT.search(chunk.group(), 0, said.start()):
            continue
        before, after = chunk.group()[: said.start()], chunk.group()[said.end() :]
        if before.strip():
            # "the company said": somebody named before, and nobody here
            yield parties.latin(before)
            continue
        names = parties.latin(after)
        if not names:
            for other in chunks[max(0, at - 2) : at + 2]:
                names |= parties.latin(other.group())
        yield names


def another(statement: str, passages: Sequence[str], article: str) -> bool:
    """Whether a statement gives the words of its passages to a party of the article that does not say them there."""
    stated = _stated(statement)
    if not stated:
        return False
    low = article.lower()
    if not any(name in low for name in stated):
        return False
    quoted = _quoted_from(statement, passages)
    if quoted is not None:
        # whoever the statement names as well may be the one it means
        return not parties.alike(parties.named_in(statement), quoted)
    if not any(name.isascii() for name in stated) and not all(map(is_japanese, passages)):
        return False
    speakers = [names for passage in passages for names in _speakers(passage)]
    if not speakers or not all(speakers):
        return False
    told = frozenset().union(*speakers)
    return not parties.alike(stated, told) and not _belongs(stated, told, low)


def _quoted_from(statement: str, passages: Sequence[str]) -> frozenset[str] | None:
    """The speaker of the one Japanese quotation that the statement repeats; None if there is none, or it is 同社."""
    found: list[tuple[float, str]] = []
    for passage in passages:
        for match in _QUOTATION.finditer(passage):
            words = match.group(2)
            pairs = {words[n : n + 2] for n in range(len(words) - 1)}
            share = sum(pair in statement for pair in pairs) / len(pairs)
            found.append((share, match.group(1)))
    if not found:
        return None
    share, phrase = max(found)
    return None if share < _REPEATED or _SAME.search(phrase) else parties.named_in(phrase) or None


def _belongs(stated: frozenset[str], told: frozenset[str], low: str) -> bool:
    """Whether the article (in lower case) names both as one: Jonas Mirk of Tessary, Tessary's Jonas Mirk; or by initials."""
    if any(len(name) <= 5 and set(name) <= {other[0] for other in told} for name in stated):
        return True
    for name in told:
        for match in islice(re.finditer(rf"(?<![a-z0-9]){re.escape(name)}(?![a-z0-9])", low), 20):
            before = re.split(r"[.。!?;\n]", low[max(0, match.start() - _NEAR) : match.start()])[-1]
            behind = re.split(r"[.。!?;\n]", low[match.end() : match.end() + _NEAR])[0]
            for other in stated:
                at = before.rfind(other)
                if at >= 0 and not _VERB.search(before[at + len(other) :]):
                    return True
                at = behind.find(other)
                if at >= 0 and not _VERB.search(behind[:at]):
                    return True
    return False

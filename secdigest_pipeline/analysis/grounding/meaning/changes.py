"""What the words of a statement change in what its passages say."""

from collections.abc import Sequence
from functools import lru_cache
import re
from secdigest_pipeline.analysis.grounding.meaning import cause, numbers, roles, speaker, english, japanese, opposites, order, scope
from secdigest_pipeline.analysis.grounding.meaning.events import Event, is_japanese


@lru_cache(maxsize=256)
def read(text: str) -> tuple[Event, ...]:
    return tuple(japanese.events(text) if is_japanese(text) else english.events(text))

_ANY_NOT=re.compile(r"\b(?:no|not|never|nor|neither|none|nothing|nobody|cannot|without|unable|un[a-z]{4,}|fail\w*|refus\w+|den(?:y|ied|ies)|declin\w+|only|instead|rather|before|lack\w*|stop\w*|remain\w*|yet|except|unless|little|few|avoid\w*|prevent\w*|block\w*|even if|end\w*|non-\w+|clos\w+|removed?|reject\w*|until|still|missing|absen\w+|less than|too)\b|n't\b",re.I)
_ANY_NOT_J=re.compile("ない|なかった|なく|なし|ません|ず|ぬ|未|非|不|無|否|だけ|のみ|限|とどま|以外|除|拒|断|失敗|免|避|防|誤|まま|ゼロ|やめ")
def _has_not(p): return bool((_ANY_NOT_J if is_japanese(p) else _ANY_NOT).search(p))
def nots(text):
    t=japanese.plain_negatives(text)
    return len(japanese._NOT.findall(t)) if is_japanese(text) else sum(1 for w in english._tokens(text) if w.word in english._NOT or w.word.endswith("n't"))
def marks(passages):
    source: dict[str,list] = {}
    for p in passages:
        for e in read(p):
            for c in e.concepts: source.setdefault(c, []).append(e.marks)
    return source
def clauses(passages):
    return [c for p in passages for c in re.split(r"[,;:.()]|\b(?:but|while|although|because|which|who|and)\b|[、。]", p)]
def negation(statement: str, passages: Sequence[str], article) -> list[str]:
    source=marks(passages)
    out=[]
    more=nots(statement)<sum(map(nots,passages))
    for e in read(statement):
        if not e.head: continue
        seen={"not" in m for c in e.concepts for m in source.get(c,[])}
        n="not" in e.marks
        if not n and seen=={True} and more: out.append("negation:+"+e.concepts[0])
        if n and seen=={False} and nots(statement)>sum(map(nots,passages)):
            own=[c for c in clauses(passages) if any(set(x.concepts)&set(e.concepts) for x in read(c))]
            if not any(map(_has_not,own)) and not any("not" in x.marks and set(x.concepts)&set(e.concepts) for x in read(article)): out.append("negation:-"+e.concepts[0])
    return out
STRONG=re.compile("確定|断定|突き止め|間違いない|間違いなく|裏付け|証明し|証明さ|実証さ|立証|確かめ|(?:こと|と)(?:が|を)?(?:判明|確認)(?:し|さ|でき)|(?:と|こと)が(?:明らか|分か)|と特定|確実|認めた|決定的")
STRONG_EN=re.compile(r"\b(?:confirm\w*|prov(?:e|es|ed|en|ing)|establish\w*|verif\w+|determin\w+|identif\w+|found|show\w*|admit\w*|conclud\w+|certain\w*|definit\w+|acknowledg\w+|discover\w*|reveal\w*|without doubt|know|matched|sure)\b",re.I)
STRONG_JA=re.compile("確認し|確認さ|確認で|判明|特定|断定|確定|明らか|裏付|証明|認め|分かった|わかった|突き止")
def hedged(p): 
    if is_japanese(p): return bool(japanese._HEDGED.search(p) or japanese._CLAIMED.search(p))
    return bool(UNSURE.search(p)) or any(m in("hedged","claimed") for _,_,m in english._spans(p,english._tokens(p)))
def sure(p):
    if is_japanese(p): return any(not japanese._denied(p[m.end():m.end()+60]) for m in STRONG_JA.finditer(p))
    t=english._tokens(p); no={i for a,b,k in english._spans(p,t) if k=="not" for i in range(a,b)}
    return any(STRONG_EN.fullmatch(x.word) for i,x in enumerate(t) if i not in no)
UNSURE=re.compile(r"\b(?:not|n't|never|yet to|nobody|no one|neither)(?: \w+){0,2} (?:know|knows|known|clear|confirmed?|determined?|establish\w*|verif\w+|certain|sure|said|say)\b",re.I)
def certainty(statement,passages):
    out=[]
    doubt=japanese._HEDGED.search(statement)
    frame=doubt or japanese._IF.search(statement) or japanese._CLAIMED.search(statement) or japanese._REPORTED.search(statement)
    if not doubt and STRONG.search(statement) and not nots(statement) and any(map(hedged,passages)) and not any(map(sure,passages)):
        out.append("certainty:strong")
    if frame: return out
    source=marks(passages)
    for e in read(statement):
        if not e.head or not e.done or "not" in e.marks: continue
        seen=[bool({"hedged","claimed"}&m) for c in e.concepts for m in source.get(c,[])]
        if seen and all(seen): out.append("certainty:"+e.concepts[0])
    return out
DONE=re.compile("既に|すでに|済み|完了し|完了済|終えた|開始した|始めた|始まった|実施した|ている(?=。|$)")
ALREADY=re.compile("既に|すでに|済み(?!の|装|か)|済ませ|完了し|終えた|終えて|終え、|(?:開始|始め)(?:した|され|て|ら)|まとめ終")
ALREADY_JA=re.compile("既に|すでに|済み|完了|終え|(?:した|された|ました)。|ていた|ている|ており")
ALREADY_EN=re.compile(r"\b(?:already|complet\w+|finish\w*|now|since|has|have|had|was|were|did|began|started|(?<!\ba )(?<!\ban )(?<!\bthe )(?!expected|scheduled|planned|proposed|need)\w{3,}ed)\b",re.I)
DICT=re.compile("(?<![いあ])(?<!でき)(?<!な)[うくすつむるぐぶ](?:計画だ|予定だ|方針だ)?。?$")
def planned(p):
    if is_japanese(p): return bool(japanese._PLANNED.search(p) or any(DICT.search(x.strip()) for x in japanese.sentences(p)))
    return any(m=="planned" for _,_,m in english._spans(p,english._tokens(p)))
def tense(statement,passages):
    out=[]
    if japanese._PLANNED.search(statement): return out
    if ALREADY.search(statement) and any(map(planned,passages)) and not any((ALREADY_JA if is_japanese(p) else ALREADY_EN).search(p) for p in passages):
        out.append("tense:already")
    source=marks(passages)
    for e in read(statement):
        if not e.head or not e.done or "not" in e.marks: continue
        seen=["planned" in m for c in e.concepts for m in source.get(c,[])]
        if seen and all(seen): out.append("tense:"+e.concepts[0])
    return out
def changed(statement, passages, article, field="summary"):
    out=negation(statement, passages, article)+[x for x in [scope.unlimited(statement,passages)] if x]+certainty(statement,passages)+tense(statement,passages)
    said=read(statement); src=[e for p in passages for e in read(p)]
    told=[(p,read(p)) for p in passages]
    if opposites.turned(said,told): out.append("opposite")
    if scope.unconditional(statement,passages): out.append("condition")
    if cause.invented(statement,passages): out.append("cause")
    if order.reversed_order(statement,said,told): out.append("order")
    if speaker.another(statement,passages,article): out.append("speaker")
    if roles.exchanged(statement,said,told): out.append("who did it")
    if numbers.of_another(statement,passages): out.append("whose number")
    return out

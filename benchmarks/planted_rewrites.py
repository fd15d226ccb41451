"""The sample world's recorded statements, each with what a rule makes of it: a distortion of meaning that keeps every value."""

import random
import re
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from benchmarks.world_articles import articles
from secdigest_pipeline.analysis.evals.corpora import Case, Labelled
from secdigest_pipeline.analysis.reply.claims import todays
from secdigest_pipeline.sample.world import World

MOST_OF_A_KIND = 12
LISTS: Mapping[str, str] = {"summary": "summary", "recommendations": "recommendation", "notes": "note"}
COUNT = re.compile(r"(?<![\d.,\w-])\d[\d,]*(?=(?:台|社|件|人|組織|か国|製品|病院|通|回|サイト))")

# (kind, field or none, what a statement says, what is made of it). The first rule that fits makes the distortion.
RULES: tuple[tuple[str, str, str, str], ...] = (
    ("exploitation", "", r"悪用は確認されていない", "悪用が確認されている"),
    ("exploitation", "", r"悪用の兆候は確認されていない", "悪用の兆候が確認されている"),
    ("exploitation", "", r"実際の攻撃で悪用されている", "実際の攻撃で悪用された形跡はない"),
    ("exploitation", "", r"標的型攻撃で悪用されている", "標的型攻撃で悪用された形跡はない"),
    ("exploitation", "", r"公表前から攻撃に悪用されていた", "公表後も攻撃に悪用されていない"),
    ("certainty", "", r"(取れる|断できる)可能性がある", r"\1ことが確認された"),
    ("certainty", "", r"可能性が高いと、?", "ことを突き止めたと、"),
    ("certainty", "", r"が目的とみられる", "が目的だったと確認された"),
    ("certainty", "", r"と主張しているが、同社は窃取を確認していない", "ことを、同社が確認した"),
    ("tense", "", r"(公開される)予定である", "公開された"),
    ("tense", "", r"更新を公開すると発表した", "更新を公開したと発表した"),
    ("tense", "", r"(-\d\d)に公開される。", r"\1に公開された。"),
    ("tense", "", r"出回ると予測している", "出回ったことを確認している"),
    ("overgeneral", "", r"の一部は", "はすべて"),
    ("overgeneral", "", r"その(?:半数|多く)は", "そのすべては"),
    ("overgeneral", "", r"宛先の7割は", "宛先のすべては"),
    ("condition", "recommendation", r"^[^、]*場合は、?", "どのような場合でも、"),
    ("condition", "", r"一致した場合だけ動作する", "一致するかどうかを問わず動作する"),
    ("condition", "", r"にだけ(不正なファイル|偽の|表示)", r"に限らず\1"),
    ("negation", "", r"(修正が|修正は)提供されない", r"\1提供される"),
    ("negation", "", r"形跡は(見つかって|確認されて)いない", r"形跡が\1いる"),
    ("negation", "", r"(特定|確認|公表|逮捕)されていない", r"\1されている"),
    ("negation", "", r"保護されていなかった", "保護されていた"),
    ("negation", "", r"残していなかった", "残していた"),
    ("negation", "", r"報告はない", "報告がある"),
    ("negation", "", r"(除去|検出|対応)(さ|でき|し)ない。", r"\1される。"),
    ("negation", "", r"(取得|実行|設置|変更|総当たり)できる。", r"\1できない。"),
    ("negation", "", r"影響を受けない", "影響を受ける"),
    ("negation", "", r"出ていない。", "出ている。"),
    ("advice", "recommendation", r"([一-鿿ァ-ヶー])する。$", r"\1しない。"),
    ("advice", "recommendation", r"(調べ|求め|分け|設け|届け出|含め)る。$", r"\1ない。"),
)


def world_cases(rng: random.Random) -> list[Case]:
    """Articles of the world with every statement that a rule fits, true and rewritten; at most twelve of a kind."""
    world = World.load()
    replies, planted = world.replies(), world.planted()
    found = [
        (article, one, wrong)
        for article in articles(world)
        for one in _statements(todays(dict(replies[article.url])))
        if one.statement not in planted.get(article.url, ()) and (wrong := _distorted(one))
    ]
    rng.shuffle(found)
    kept: dict[str, list[Labelled]] = defaultdict(list)
    left = defaultdict(lambda: MOST_OF_A_KIND)
    for article, one, wrong in found:
        if left[wrong.kind]:
            left[wrong.kind] -= 1
            kept[article.url] += [one, wrong]
    return [
        Case(
            f"world-{article.article_id[:8]}",
            "ja" if re.search("[ぁ-ん]", article.text) else "en",
            article.title,
            f"{article.published_at:%Y-%m-%d}",
            article.outlet,
            article.text,
            tuple(sorted(kept[article.url], key=lambda one: not one.label)),
        )
        for article in articles(world)
        if article.url in kept
    ]


def _statements(reply: Mapping[str, Any]) -> list[Labelled]:
    return [
        Labelled(claim["text"], tuple(claim["quotes"]), field, True, "honest")
        for name, field in LISTS.items()
        for claim in reply[name]
    ]


def _distorted(one: Labelled) -> Labelled | None:
    for kind, field, said, other in RULES:
        if field in ("", one.field):
            text, changed = re.subn(said, other, one.statement, count=1)
            if changed:
                return replace(one, statement=text, label=False, kind=kind)
    return _of_another_subject(one)


def _of_another_subject(one: Labelled) -> Labelled | None:
    """The first two counts of a statement exchanged, when they differ."""
    counts = list(COUNT.finditer(one.statement))[:2]
    if one.field != "summary" or len(counts) < 2 or counts[0][0] == counts[1][0]:
        return None
    numbers = iter((counts[1][0], counts[0][0]))
    exchanged: Callable[[re.Match[str]], str] = lambda match: next(numbers, match[0])  # noqa: E731 - one use
    return replace(one, statement=COUNT.sub(exchanged, one.statement), label=False, kind="subject")

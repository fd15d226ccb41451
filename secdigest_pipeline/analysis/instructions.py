"""Paragraphs of an article that speak to a machine that reads it, so that nothing is ever quoted from them.

A second line behind the prompt: an article about such attacks loses the paragraph that shows one, which is the cheaper
mistake. It finds what names itself; what does not is held by grounding and by fixed fields.
"""

import re
from bisect import bisect_right
from functools import cached_property

_MACHINE = r"(?:an?\s+|the\s+|any\s+)?(?:ai|llm|language\s+model|assistant|summari[sz]er|chatbot|gpt|claude)s?\b"
# One word start, then the alternatives: five times faster than alternatives that each ask for a word start.
_ENGLISH = re.compile(
    rf"""
    \b(?:
        (?:ignore|disregard|forget|override)\b.{{0,25}}?
            \b(?:previous|prior|above|earlier|preceding|other|all|any|your|these)\b.{{0,25}}?
            \b(?:instructions?|prompts?|rules|guidelines|directions|orders|context)\b
      | (?:system|developer)\s+(?:prompt|message|instructions?)\b
      | instructions?\s+(?:for|to)\s+{_MACHINE}
      | (?:new|updated|important|special|additional)\s+instructions?\s*:
      | you\s+are\s+(?:now\s+)?(?:a\s+|an\s+)?(?:helpful\s+)?(?:ai|assistant|language\s+model|llm|chatbot|dan)\b
      | (?<![^.!\n][ \t])(?<![^.!\s])(?:dear|attention|note|message|notice|warning)\b[\s,:]{{1,3}}(?:to\s+|for\s+)?{_MACHINE}
      | if\s+you\s+are\s+{_MACHINE}
      | as\s+an?\s+(?:ai(?:\s+language)?|(?:large\s+)?language)\s+(?:model|assistant)\b
      | (?:output|print|reply|respond|answer|write|say|emit|return)\s+(?:with\s+)?
            (?:exactly|verbatim|only\b(?!\s+(?:to|when|if)))
      | (?:output|print|reply\s+with|respond\s+with|write|emit|return)\s+(?:the\s+following|this)\s+
            (?:ioc|json|text|line|url|domain|sentence|title)
      | (?:in|to|into|from)\s+(?:your|the)\s+(?:summary|answer|reply|output|report\s+entry|json)\b
    )""",
    re.IGNORECASE | re.VERBOSE,
)
_SIGNS = re.compile(
    r"</?\s*article\b|<\|[a-z_]{2,30}\|>|\[/?INST\]|^\s*(?:assistant|human|system)\s*:\s+(?:you|do|please|ignore)\b",
    re.IGNORECASE | re.MULTILINE,
)
_JAPANESE = re.compile(
    r"""
    (?:これまで|以前|上記|前述|今まで|従来|すべて|全て|全部)の.{0,8}?(?:指示|命令|ルール|プロンプト)
        .{0,8}?(?:無視|忘れ|破棄|従わない)
  | (?:指示|命令|プロンプト)を?(?:無視|忘れ|上書き)
  | システム(?:プロンプト|メッセージ|指示)
  | (?:あなた|貴方|君)は.{0,20}?(?:AI|ＡＩ|人工知能|アシスタント|言語モデル)
  | (?:AI|ＡＩ|言語モデル|アシスタント|要約(?:者|器|ツール))(?:へ|に対する|への|向けの?|宛)
        .{0,10}?(?:指示|命令|お願い|メッセージ|伝言)
  | (?:次|以下|下記)の(?:文|文章|文字列|内容|IOC|URL|JSON|ドメイン).{0,15}?(?:出力|要約に|回答に|返答)
  | (?:要約|回答|出力|返答|応答)に.{0,120}?(?:含め|書い|書き|記載し|追加し|入れ|加え|出力し)
        (?:て(?:ください|下さい)|なさい|ること|ろ|よ)
    """,
    re.IGNORECASE | re.VERBOSE,
)
_BREAK = re.compile(r"\n+")


# Letters of other scripts that pass for Latin ones, one for one, so that offsets stay.
_LOOKALIKES = (
    {0xFF01 + n: 0x21 + n for n in range(94)}
    | {0x3000: 0x20}
    | dict(zip(map(ord, "аеорсухіјѕԁһАВЕКМНОРСТХІЈЅ"), map(ord, "aeopcyxijsdhABEKMHOPCTXIJS"), strict=True))
)
# What an announcement ("Output the following:") has behind it: a list item, markup, JSON, a formula.
_ANNOUNCES = (":", "：")
_GOES_ON = re.compile(r"\s*(?:[-*+•・●\d{}\[\]\"'`<|=#@>!]|https?:)")
# Put in the place of such text: nothing that a quote or a value could match, as long as what it covers.
_COVER = "■"


class Instructions:
    """The paragraphs of one text that address its reader's machine, with the list or block such a paragraph announces."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._starts: list[int] = []
        self._ends: list[int] = []
        seen = text if text.isascii() else text.translate(_LOOKALIKES)
        patterns = (_ENGLISH, _SIGNS) if text.isascii() else (_ENGLISH, _SIGNS, _JAPANESE)
        begin = 0
        announced = False
        for gap in [*_BREAK.finditer(text), None]:
            end = gap.start() if gap else len(text)
            speaks = any(pattern.search(seen, begin, end) for pattern in patterns)
            if speaks or announced:
                self._starts.append(begin)
                self._ends.append(end)
            if speaks:
                announced = seen[begin:end].rstrip().endswith(_ANNOUNCES)
            elif announced and gap:
                announced = _GOES_ON.match(seen, gap.end()) is not None
            begin = gap.end() if gap else end

    def __bool__(self) -> bool:
        return bool(self._starts)

    def hold(self, start: int, end: int) -> bool:
        """Whether `text[start:end]` overlaps such a paragraph."""
        at = bisect_right(self._ends, start)
        return at < len(self._starts) and self._starts[at] < end

    @cached_property
    def covered(self) -> str:
        """The text with such paragraphs covered, as long as it was: what statements may be grounded in."""
        if not self._starts:
            return self._text
        parts = []
        done = 0
        for start, end in zip(self._starts, self._ends, strict=True):
            parts += [self._text[done:start], _COVER * (end - start)]
            done = end
        return "".join(parts) + self._text[done:]

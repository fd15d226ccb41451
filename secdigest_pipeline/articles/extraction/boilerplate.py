"""Lines that stand in an article's column but are no part of it: headline again, credits, calls to subscribe, teasers.

Only short, formulaic lines are taken out, and a closing section only by its own heading. Code and table rows are never
touched: they may hold indicators.
"""

import re
from collections.abc import Sequence

from secdigest_pipeline.articles.extraction.blocks import HEADINGS, PREFORMATTED, Block
from secdigest_pipeline.base.characters import compact

_KEPT_TAGS = PREFORMATTED | {"tr", "td", "th"}
_PROSE_TAGS = frozenset({"p", "div", "section", "article", "figure"})
# What follows the heading of a closing section goes with it when it is no more than this share of the text ...
_CLOSING_SHARE = 0.15
# ... and anywhere else only as far as it is links or short lines.
_TEASER = 80
# A longer paragraph that is no link is the article's own, even after such a heading.
_PROSE = 200
_SHORT = 160

_CLOSING = re.compile(
    r"(?:related(?: (?:articles?|posts?|stories|news|content|reading|links|coverage|topics))?|you (?:may|might) also like"
    r"|more (?:from|on|stories|news|in)\b.{0,40}|read (?:more|next|also)|recommended(?: (?:reading|for you|stories))?"
    r"|most (?:popular|read)|popular|trending(?: now)?|latest (?:news|stories|posts)|our latest stories"
    r"|(?:leave a )?(?:comments?|reply)|join our commenting forum|about the authors?|share this(?: article| post)?|share"
    r"|found this article interesting\?.*|what(?:'|’)s your reaction\??|tags|topics|filed under|sign up.{0,60}"
    r"|auch interessant|ähnliche(?: artikel)?|mehr zum thema|lesen sie auch|das könnte sie auch interessieren|kommentare"
    r"|lire aussi|à lire aussi|leggi anche|lea también"
    r"|関連(?:記事|リンク|キーワード|ニュース|情報|ページ)?|あわせて読みたい|おすすめ(?:情報|記事)?|この記事の(?:著者|関連記事)"
    r"|人気記事(?:ランキング)?|(?:アクセス)?ランキング|最新(?:記事|ニュース)|コメント|タグ|この記事をシェア|編集部のおすすめ|注目記事"
    r")\s*(?:…|\.{3}|[::]|»)?",
    re.IGNORECASE,
)
_FORMULA = re.compile(
    r"(?:advertisement|advertising|sponsored|anzeige|werbung|publicité|広告|ad|loading\.{0,3}"
    r"|(?:正在加载|読み込み中)(?:\.{3}|…)?|back to (?:gallery|top)"
    r"|continue reading(?: below)?|story continues below.*|article continues below.*|skip advertisement|skip to .{0,30}"
    r"|this (?:slideshow|video|site|page) requires javascript\.?|like loading\.{0,3}|image \d+ of \d+|\d+ / \d+"
    r"|click to (?:share|enlarge).*|follow us on .*|share (?:this|on|or comment).*|sign up (?:for|to) .*|subscribe to .*"
    r"|externer inhalt nicht verfügbar|この記事は(?:会員限定|有料会員限定).*|有料会員になると.*|続きを読む"
    r"|シェアする|ツイート(?:する)?)",
    re.IGNORECASE,
)
_POINTER = re.compile(
    r"(?:>>|(?:read more|read also|see also|more|lesen sie auch|mehr|watch|関連記事)\s?[::]) ?.*", re.IGNORECASE
)
_RELATED = re.compile(r"related\s?[::] ?.*", re.IGNORECASE)
_CREDIT_START = re.compile(
    r"[(\[]?(?:©|(?:photo|image|images|picture|credit|image credit|photo credit|photograph|foto|bild|bildrechte|写真|画像|撮影)"
    r"\s?(?:by\b|[::/=]))",
    re.IGNORECASE,
)
_CREDIT_END = re.compile(
    r"(?:getty images|shutterstock|/ ?reuters|via reuters|/ ?afp|ap photo|imago images|/ ?dpa|/ ?epa|istock)[)\]]?\.?$",
    re.IGNORECASE,
)


def without_boilerplate(blocks: Sequence[Block], title: str) -> list[str]:
    """Text of `blocks`, one string a block, without the lines that are no part of the article called `title`."""
    kept = _without_closings([block for block in blocks if not _is_formula(block)])
    while len(kept) > 1 and 2 * kept[-1].link_chars >= len(kept[-1].text) and _RELATED.fullmatch(kept[-1].text):
        kept.pop()
    texts: list[str] = []
    seen: set[str] = set()
    headline = compact(title)
    for at, block in enumerate(kept):
        if block.tag not in _KEPT_TAGS:
            folded = compact(block.text) if at < 5 or block.tag in _PROSE_TAGS else ""
            if at < 5 and folded and _is_headline(folded, headline):
                continue
            if block.tag in _PROSE_TAGS and len(folded) >= 40:
                if folded in seen:
                    continue
                seen.add(folded)
        texts.append(block.text)
    return texts


def _is_headline(line: str, headline: str) -> bool:
    """The title itself, or the title with the site's name after it."""
    return len(line) >= 8 and (line == headline or (headline.startswith(line) and len(line) >= 0.6 * len(headline)))


def _is_formula(block: Block) -> bool:
    text = block.text.removeprefix("- ").strip()
    if block.tag in _KEPT_TAGS or len(text) > _SHORT:
        return False
    if _FORMULA.fullmatch(text):
        return True
    if 2 * block.link_chars >= len(text) and _POINTER.fullmatch(text):
        return True
    return block.tag not in HEADINGS and bool(
        _CREDIT_START.match(text) or (len(text) <= 100 and _CREDIT_END.search(text))
    )


def _without_closings(blocks: list[Block]) -> list[Block]:
    """`blocks` without sections that lead to other articles; they are known by their heading only."""
    last_prose = max((at for at, block in enumerate(blocks) if _is_prose(block)), default=-1)
    rest = total = sum(len(block.text) for block in blocks)
    kept: list[Block] = []
    in_closing = False
    for at, block in enumerate(blocks):
        text = block.text.removeprefix("- ").strip()
        if block.tag in _KEPT_TAGS:
            in_closing = False
        elif len(text) <= _TEASER and kept and _CLOSING.fullmatch(text):
            if at > last_prose and rest <= _CLOSING_SHARE * total:
                break
            in_closing = True
        elif in_closing and len(text) > _TEASER and 2 * block.link_chars < len(text):
            in_closing = False
        rest -= len(block.text)
        if not in_closing:
            kept.append(block)
    return kept


def _is_prose(block: Block) -> bool:
    return block.tag in _KEPT_TAGS or (len(block.text) > _PROSE and 2 * block.link_chars < len(block.text))

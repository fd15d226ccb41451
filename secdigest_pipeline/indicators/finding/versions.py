"""Version numbers, object identifiers and section numbers in lists and tables: four dotted numbers that are no address.

A sentence shows it by the word in front (context.py); in a list that word stands in the column's head, the label or the heading.
The words nearest to a number that speak of versions or of addresses decide; where none does, the numbers of the list do.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

# How far a label or heading above a list is looked for: filled lines that are no members of it, and characters of one line.
_LEAD = 3
_LINE = 300
# A list whose numbers all lie below this: a real address has a number above it in 99.6 of 100 cases.
_SMALL = 64
_TINY = 32
# How far apart the first numbers of such a list may be: products live side by side, addresses do not.
_NEAR = 20
_VERSION = re.compile(
    r"(?<![a-z])(?:versions?|ver\.|releases?(?! date)|release notes?|change ?logs?|what'?s new|firmware"
    r"|builds?|fixed|fix(?:es)? in|patched|affected"
    r"|vulnerable|unaffected|upgrades?|updates?|hot ?fix(?:es)?|revisions?|oids?|object identifiers?|certificate polic(?:y|ies)|sections?"
    r"|chapters?|clauses?|paragraphs?|editions?|sdk|driver|package|supported|end of life|eol|table of contents)(?![a-z])"
    r"|目次"
    r"|バージョン|リリース|(?:更新|変更|改版|改訂)履歴|ファームウェア|ビルド|修正(?:版|済|バージョン)|影響を受け|影響(?:製品|対象)|対象(?:製品|バージョン|機器)?(?=\s*(?:[:：]|\Z))|対策版"
    r"|更新(?:内容|情報|プログラム)|オブジェクト識別子|証明書ポリシー|版数|型番|章|節|項番|版(?=\s*(?:[:：/／]|\Z))",
    re.IGNORECASE,
)
_ADDRESS = re.compile(
    r"(?<![a-z])(?:ips?|ipv4|ip[- ]?addr\w*|address(?:es)?|hosts?|hosted|hosting|servers?|c2s?|c&c"
    r"|cnc|command and control|indicators?|io[ca]s?|attackers?"
    r"|infrastructure|domains?|scann\w+|source|src|dst|destination|nodes?|victims?|prox(?:y|ies)|exit|peers?|dns|resolvers?|network|subnets?|urls?"
    r"|ports?|beacon\w*|botnet|as[0-9]{2,6}|asn|contacts?|connects?|connections?|payloads?|malicious)(?![a-z])"
    r"|接続|通信|アドレス|サーバ|攻撃元|送信元|インジケータ|侵害|踏み台|ドメイン|ホスト|指令|国名|発信元|アクセス元|配布元",
    re.IGNORECASE,
)
_OPENS = re.compile(r"[\s\u3000#=>*•・●■◆▪–—+\-(\[\"'`|]*(?:v|ver\.?\s?|version\s|バージョン\s?)?\Z", re.IGNORECASE)
# A label of its own in front, with or without a product's name: 対象: 製品 9.1.18.9
_LABELLED = re.compile(r"[^:：|\t\n]{1,40}[:：]\s?[^:：|\t\n]{0,30}\Z")
_NAMED = re.compile(r"[\s\u3000>]*[*•・●■◆▪–—+-]\s*[^.。,、:：|\t\n]{1,40}[ \u3000]\Z")
_RULE = re.compile(r"[\s|:+=-]*\Z")
_HEADING = re.compile(r"\s{0,3}(?:#{1,6}\s|={1,6}\s|[■◆▼●]|\*\*)")
_TITLE = re.compile(r"\s{0,3}#{1,6}\s+\[?v?[0-9.]+\]?(?:\s*[-(–—][^\n]{0,30})?\s*\Z")
_NUMBERS = re.compile(r"[0-9]{1,3}(?:\.[0-9]{1,3}){3}")


@dataclass(slots=True)
class _Row:
    """A line with numbers in question: (start, end) of each and their four numbers."""

    begin: int
    end: int
    text: str
    labelled: bool
    spans: list[tuple[int, int]] = field(default_factory=list)
    quads: list[tuple[int, ...]] = field(default_factory=list)


def listed_versions(text: str, spans: Sequence[tuple[int, int]]) -> frozenset[int]:
    """Where those of the live dotted quads at `spans` (by start) begin that a list or table shows to be no addresses."""
    rows = _rows(text, spans)
    found: set[int] = set()
    at = 0
    above: tuple[int, str] = (-1, "")
    while at < len(rows):
        end = at + 1
        while end < len(rows) and _follows(text, rows[end - 1], rows[end]):
            end += 1
        head = _table_head(text, rows[at], above)
        above = rows[end - 1].begin, head
        for said, column in _columns(rows[at:end], head):
            found.update(_judged(text, column, said))
        at = end
    return frozenset(found)


def _rows(text: str, spans: Sequence[tuple[int, int]]) -> list[_Row]:
    """The lines whose quads open them or stand in a cell; a sentence's are not looked at."""
    rows: list[_Row] = []
    for start, end in spans:
        if rows and start < rows[-1].end:
            row = rows[-1]
        else:
            begin = text.rfind("\n", max(0, start - _LINE), start) + 1
            if begin == 0 and start > _LINE:
                continue
            finish = text.find("\n", end, end + _LINE)
            finish = finish if finish >= 0 else min(len(text), end + _LINE)
            line = text[begin:finish]
            lead = line[: start - begin]
            labelled = _LABELLED.match(lead) is not None
            if not (labelled or _OPENS.match(lead) or _NAMED.match(lead) or "|" in lead or "\t" in lead):
                continue
            row = _Row(begin, finish, line, labelled)
            rows.append(row)
        row.spans.append((start, end))
        row.quads.append(tuple(int(octet) for octet in text[start:end].split(".")))
    return rows


def _follows(text: str, before: _Row, row: _Row) -> bool:
    """Whether two rows stand together: nothing but blank lines or one short line between them, and no label of its own."""
    if row.labelled:
        return False
    gap = text[before.end : row.begin] if row.begin - before.end < 120 else "…" * 200
    between = gap.strip()
    if not between:
        return True
    # A line of its own goes on with the list only where no blank line sets it apart and it speaks of nothing new.
    return (
        gap.count("\n") < 3
        and len(between) < 60
        and not (
            _HEADING.match(between) or between[-1] in ":：" or _VERSION.search(between) or _ADDRESS.search(between)
        )
    )


def _judged(text: str, rows: list[_Row], said: str) -> list[int]:
    """Where the numbers of `rows` begin if they are versions; `said` is what the head of their column speaks of."""
    quads = [quad for row in rows for quad in row.quads]
    starts = [start for row in rows for start, _ in row.spans]
    plausible = sum(map(_is_plausible, quads))
    # 185.220.101.4 is nobody's version, whatever stands above it.
    if 4 * plausible < 3 * len(quads):
        return []
    said = said or _row_words(rows) or _lead(text, rows[0])
    if said == "address":
        return []
    # Nobody heads a chapter with an address this small: `## [3.4.11.2] - 2026-01-02`.
    if said == "version" or all(_TITLE.match(row.text) for row in rows):
        return starts
    distinct = set(quads)
    firsts = [quad[0] for quad in distinct]
    numbers = (
        len(distinct) > 2
        and max(firsts) - min(firsts) <= _NEAR
        and all(max(quad) < _SMALL for quad in distinct)
        and _is_run(rows)
    )
    return starts if numbers else []


def _is_plausible(quad: tuple[int, ...]) -> bool:
    """Whether the numbers may be a version's: the first below 100, and of the rest two small ones or two zeros."""
    return (quad[0] < 100 and sum(number < _SMALL for number in quad[1:]) >= 2) or quad[1:3] == (0, 0)


def _is_run(rows: list[_Row]) -> bool:
    """Whether the numbers rise or fall from row to row, or share their beginnings."""
    quads = [row.quads[0] for row in rows]
    if len(quads) < 3:
        return all(max(quad) < _TINY for row in rows for quad in row.quads)
    ordered = quads == sorted(quads) or quads == sorted(quads, reverse=True)
    return ordered or len({quad[:2] for quad in quads}) < len(quads)


def _says(text: str) -> str:
    """ "version" or "address" when a text speaks of one of them alone, else ""."""
    version, address = bool(_VERSION.search(text)), bool(_ADDRESS.search(text))
    return "" if version == address else "version" if version else "address"


def _row_words(rows: list[_Row]) -> str:
    """What the words beside the numbers speak of."""
    return _says(" ".join(_NUMBERS.sub(" ", row.text) for row in rows[:20]))


def _mark(row: _Row) -> str:
    return "|" if "|" in row.text else "\t" if "\t" in row.text else "," if row.text.count(",") else ""


def _table_head(text: str, row: _Row, above: tuple[int, str]) -> str:
    """The first line of the table a row stands in, "" when it is none. `above`: an earlier row's offset and its head."""
    mark = _mark(row)
    head = ""
    begin = row.begin
    while mark and begin > 0:
        end = begin - 1
        begin = text.rfind("\n", max(0, end - _LINE), end) + 1
        line = text[begin:end]
        if mark not in line:
            break
        if begin <= above[0]:
            return above[1]
        if not _RULE.match(line):
            head = line
    return head


def _columns(rows: list[_Row], head: str) -> Iterator[tuple[str, list[_Row]]]:
    """(what the head of the column speaks of, the rows with the numbers of that column) of each column; one where there is no table."""
    mark = _mark(rows[0]) if head else ""
    if not mark:
        yield "", rows
        return
    cells = head.strip().strip("|").split(mark)
    columns: dict[str, list[_Row]] = {}
    for row in rows:
        parts: dict[str, _Row] = {}
        for span, quad in zip(row.spans, row.quads, strict=True):
            at = row.text[: span[0] - row.begin].strip(" ").lstrip("|").count(mark)
            said = _says(cells[at]) if at < len(cells) else ""
            part = parts.setdefault(said, _Row(row.begin, row.end, row.text, row.labelled))
            part.spans.append(span)
            part.quads.append(quad)
        for said, part in parts.items():
            columns.setdefault(said, []).append(part)
    yield from columns.items()


def _lead(text: str, row: _Row) -> str:
    """What the label or heading above a list speaks of: the nearest line that speaks of one of the two."""
    end = row.begin - 1
    seen = 0
    while end > 0 and seen < _LEAD:
        begin = text.rfind("\n", max(0, end - _LINE), end) + 1
        line = text[begin:end].strip()
        end = begin - 1
        if not line or _RULE.match(line):
            continue
        seen += 1
        said = _says(line)
        if said:
            return said
        # A heading begins something: what stands above it speaks of something else.
        if _HEADING.match(line):
            return ""
    return ""

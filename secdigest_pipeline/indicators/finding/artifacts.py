"""What analysts pivot on besides the ten observables: networks and ranges, ATT&CK ids, file names, wallets, registry keys,
mutexes, and hashes that are no file's. Only the ledger asks; report and CSV do not collect them (docs/contract.md 2.3).

Every pattern begins at a boundary and repeats within bounds: time is linear in the text.
"""

import hashlib
import ipaddress
import re
from collections.abc import Callable, Iterator

from secdigest_pipeline.indicators.finding import hosts
from secdigest_pipeline.indicators.finding.find import MAX_TEXT, Observable

# As many of each kind as are kept of one page: a list longer than that is a database.
MAX_ARTIFACTS = 20_000

_DOT = r"(?:\[\.\]|\(\.\)|\[dot\]|\.)"
_QUAD = rf"[0-9]{{1,3}}(?:{_DOT}[0-9]{{1,3}}){{3}}"
# A network is looked for by its "/", a range by its dash: numbers stand everywhere.
_PREFIX = re.compile(r"/(?<=[0-9A-Fa-f\[:]/)\]?([0-9]{1,3})(?![0-9A-Za-z/]|\.[0-9A-Za-z])")
_NETWORK_BEFORE = re.compile(rf"(?<![0-9A-Za-z./\]:])(?:{_QUAD}|[23][0-9A-Fa-f]{{3}}:[0-9A-Fa-f:]{{1,40}}+)(?=\[?\Z)")
_DASH = re.compile(r"[-\u2013~\u301c\uff5e](?<=[0-9 \t].)(?=[ \t]?[0-9]{1,3}[.\[(])")
_RANGE_BEFORE = re.compile(rf"(?<![0-9A-Za-z./\]-])({_QUAD})[ \t]?\Z")
_RANGE_AFTER = re.compile(rf"[ \t]?({_QUAD})(?![0-9A-Za-z./-])")
# MITRE ATT&CK: T1000 to T1999 (enterprise, mobile) and T0800 to T0999 (ICS), sub-techniques with three digits.
_TECHNIQUE = re.compile(r"T(?<![0-9A-Za-z./_-].)(?:1[0-9]{3}|0[89][0-9]{2})(?:\.[0-9]{3})?(?![0-9A-Za-z_]|\.[0-9])")
# An extension, and the name in front of it: where the name begins is looked for last, because words begin everywhere.
_EXTENSION = re.compile(
    r"\.(?:exe|dll|sys|scr|js|jse|vbs|vbe|ps1|bat|cmd|hta|lnk|msi|msix|jar|apk|elf|sh|iso|img|zip|rar|7z|cab|docm|xlsm|docx?|xlsx?|pptx?"
    r"|pdf|rtf|one|chm|wsf|bin|dat|tmp|php|aspx|jsp|py|dmg|pkg)(?![\w@-]|\.\w|[/:\\])",
    re.IGNORECASE,
)
_FILE_STEM = re.compile(r"(?<![\w.@$%+~/:=-])[\w@$%+~-][\w.@$%+~-]{0,119}\Z")
_HEX = re.compile(r"(?<![0-9A-Za-z])(?:[0-9A-Fa-f]{32}|[0-9A-Fa-f]{40}|[0-9A-Fa-f]{64})(?![0-9A-Za-z])")
# Nothing but a list's marks in front, or the folder of a Windows path.
_FILE_ROW = re.compile(r"[\s\u3000>*•・●■◆▪–—+\-|`\"']*(?:(?:[A-Za-z]:|%\w{1,40}%)\\(?:[\w .%$()-]{1,60}\\){0,12})?\Z")
_FILE_ROW_END = re.compile(r"[`\"']?\s*(?:\Z|\n|\|)")
_BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_COIN = re.compile(rf"[13LMT](?<![0-9A-Za-z/].)[{_BASE58}]{{25,34}}(?![0-9A-Za-z])")
_BECH32 = re.compile(r"[bl](?<![0-9A-Za-z/].)(?:c|tc)1[02-9ac-hj-np-z]{11,71}(?![0-9A-Za-z])")
_MONERO = re.compile(rf"[48](?<![0-9A-Za-z/].)[0-9AB][{_BASE58}]{{93}}(?![0-9A-Za-z])")
_ETHER = re.compile(r"0(?<![0-9A-Za-z/].)x[0-9A-Fa-f]{40}(?![0-9A-Za-z])")
_ETHER_WORDS = re.compile(
    r"wallet|ethereum|\beth\b|usdt|bep-?20|erc-?20|address|contract|ウォレット|送金|アドレス", re.IGNORECASE
)
# Version bytes of the coins (Bitcoin, Litecoin, Tron): base58check of 21 bytes.
_COIN_VERSIONS = frozenset((0x00, 0x05, 0x30, 0x32, 0x41))
_HIVE = r"(?:HKEY_(?:LOCAL_MACHINE|CURRENT_USER|CLASSES_ROOT|USERS|CURRENT_CONFIG)|HK(?:LM|CU|CR|CC|U))"
_REGISTRY = re.compile(
    rf"(?<![A-Za-z0-9_]){_HIVE}:?"
    rf"(?:\\{{1,2}}[A-Za-z0-9_.{{}}%$+-](?:[A-Za-z0-9_.{{}}%$ +-]{{0,60}}(?=\\))?){{0,16}}"
    rf"\\{{1,2}}[A-Za-z0-9_.{{}}%$*+-]{{1,80}}"
)
_MUTEX = re.compile(
    r"(?:(?<![A-Za-z])mutex(?:es)?|ミューテックス)(?: object)?(?:\s?(?:named?|called|is|with the name|名|は|:|：|=)){0,3}\s?"
    r"(?:[\"'`「『“](?P<quoted>[^\"'`」』”\n]{3,120})[\"'`」』”]|(?P<bare>(?:Global|Local)\\{1,2}[\w{}.-]{2,100}))",
    re.IGNORECASE,
)
_IMPHASH = re.compile(
    r"(?<![A-Za-z])imp(?:ort )?hash[^0-9A-Za-z\n]{1,12}([0-9A-Fa-f]{32})(?![0-9A-Za-z])", re.IGNORECASE
)
_JA3 = re.compile(
    r"(?<![A-Za-z])ja3s?[^0-9A-Za-z\n]{1,4}(?:(?:hash|fingerprint)[^0-9A-Za-z\n]{1,4})?([0-9A-Fa-f]{32})(?![0-9A-Za-z])",
    re.IGNORECASE,
)
_THUMBPRINT = re.compile(
    r"(?:thumbprint|(?:certificate|cert|ssl|tls) (?:sha-?1 |sha-?256 )?(?:fingerprint|hash)"
    r"|拇印|証明書の?(?:ハッシュ|フィンガープリント|拇印))"
    r"[^0-9A-Fa-f\n]{1,24}([0-9A-Fa-f]{40}(?:[0-9A-Fa-f]{24})?)(?![0-9A-Za-z])",
    re.IGNORECASE,
)
_SSDEEP = re.compile(r"[0-9](?<![0-9A-Za-z:/+].)[0-9]{0,6}:[A-Za-z0-9/+]{8,64}:[A-Za-z0-9/+]{4,64}(?![A-Za-z0-9/+:])")
_NAMED_HASHES = (
    ("imphash", _IMPHASH, ("imphash", "import hash")),
    ("ja3", _JA3, ("ja3",)),
    ("thumbprint", _THUMBPRINT, ("thumbprint", "fingerprint", "certificate", "拇印", "証明書")),
)
_MONEY = (
    "wallet bitcoin btc ransom crypto ethereum usdt monero xmr litecoin tron ウォレット ビットコイン 暗号資産 仮想通貨 身代金 送金"
).split()
# An ATT&CK id is a name of a technique: nothing of the text is it and something else.
COVERING = frozenset(("cidr", "ip_range", "wallet", "registry_key", "mutex", "imphash", "ja3", "thumbprint", "ssdeep"))


def artifacts(text: str) -> list[Observable]:
    """Every such occurrence in `text`, by start, none inside another. Never raises for any str.

    `value` is refanged; networks are as `ipaddress` writes them, ranges `first-last`, hashes in lower case, the rest as written.
    """
    text = text[:MAX_TEXT]
    found = sorted(
        (
            Observable(type, value, text[start:end], start, end, defanged)
            for type, value, start, end, defanged in _all(text)
        ),
        key=lambda item: (item.start, -item.end),
    )
    apart: list[Observable] = []
    for item in found:
        if not apart or item.start >= apart[-1].end:
            apart.append(item)
    return apart[:MAX_ARTIFACTS]


_Found = tuple[str, str, int, int, bool]


def _all(text: str) -> Iterator[_Found]:
    # Words without which a kind is not looked for: most pages hold none of them.
    low = text.lower()
    yield from _networks(text)
    for match in _TECHNIQUE.finditer(text):
        yield "attack_id", match.group(), *match.span(), False
    yield from _files(text)
    if any(word in low for word in _MONEY):
        yield from _wallets(text)
    if any(hive in low for hive in ("hkey_", "hklm", "hkcu", "hkcr", "hkcc", "hku\\")):
        for match in _REGISTRY.finditer(text):
            yield "registry_key", match.group().replace("\\\\", "\\"), *match.span(), False
    if "mutex" in low or "ミューテックス" in low:
        for match in _MUTEX.finditer(text):
            part = "quoted" if match["quoted"] else "bare"
            yield "mutex", match[part].replace("\\\\", "\\"), *match.span(part), False
    for type, pattern, words in _NAMED_HASHES:
        if any(word in low for word in words):
            for match in pattern.finditer(text):
                yield type, match[1].lower(), *match.span(1), False
    if "ssdeep" in low:
        for match in _SSDEEP.finditer(text):
            if any(char.isalpha() for char in match.group()):
                yield "ssdeep", match.group(), *match.span(), False


def _networks(text: str) -> Iterator[_Found]:
    for prefix in _PREFIX.finditer(text):
        before = _NETWORK_BEFORE.search(text, max(0, prefix.start() - 48), prefix.start())
        if before is None:
            continue
        address = _quad(before.group())
        try:
            # Bits behind the prefix: 198.51.100.7/24 is an address with its mask, not a network.
            network = ipaddress.ip_network(f"{address}/{prefix[1]}")
        except ValueError:
            continue
        if 0 < network.prefixlen < network.max_prefixlen:
            yield "cidr", network.compressed, before.start(), prefix.end(), address != before.group()
    for dash in _DASH.finditer(text):
        before = _RANGE_BEFORE.search(text, max(0, dash.start() - 48), dash.start())
        after = _RANGE_AFTER.match(text, dash.end())
        first = hosts.ipv4(_quad(before[1])) if before else None
        last = hosts.ipv4(_quad(after[1])) if after else None
        if before is None or after is None or first is None or last is None:
            continue
        # Live and with small numbers it is a range of versions.
        written = text[before.start() : after.end()]
        defanged = _quad(written) != written
        if ipaddress.IPv4Address(first) < ipaddress.IPv4Address(last) and (
            defanged or int(first.partition(".")[0]) > 31
        ):
            yield "ip_range", f"{first}-{last}", before.start(), after.end(), defanged


def _quad(written: str) -> str:
    return re.sub(_DOT, ".", written)


def _files(text: str) -> Iterator[_Found]:
    """File names in a line with a hash, and those that stand alone in a line or cell."""
    for extension in _EXTENSION.finditer(text):
        stem = _FILE_STEM.search(text, max(0, extension.start() - 121), extension.start())
        if stem is None:
            continue
        start, finish = stem.start(), extension.end()
        begin = text.rfind("\n", max(0, start - 300), start) + 1
        end = text.find("\n", finish, finish + 300)
        end = end if end >= 0 else min(len(text), finish + 300)
        alone = _FILE_ROW.match(text, begin, start) and _FILE_ROW_END.match(text, finish)
        if alone or _HEX.search(text, begin, end):
            yield "file_name", text[start:finish], start, finish, False


def _wallets(text: str) -> Iterator[_Found]:
    checks: tuple[tuple[re.Pattern[str], Callable[[str], bool]], ...] = (
        (_COIN, _is_base58check),
        (_BECH32, _is_bech32),
        (_MONERO, lambda _: True),
    )
    for pattern, holds in checks:
        for match in pattern.finditer(text):
            if holds(match.group()):
                yield "wallet", match.group(), *match.span(), False
    for match in _ETHER.finditer(text):
        if _ETHER_WORDS.search(text, max(0, match.start() - 80), match.start()):
            yield "wallet", match.group(), *match.span(), False


def _is_base58check(written: str) -> bool:
    """Whether a base58 text of a coin's version holds its own checksum: no word or key does by accident."""
    number = 0
    for char in written:
        number = number * 58 + _BASE58.index(char)
    if number >= 1 << 200:
        return False
    data = number.to_bytes(25, "big")
    digest = hashlib.sha256(hashlib.sha256(data[:21]).digest()).digest()
    return data[0] in _COIN_VERSIONS and digest[:4] == data[21:]


def _is_bech32(written: str) -> bool:
    """Whether a text holds the checksum of BIP 173 or BIP 350."""
    alphabet = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
    prefix, _, data = written.rpartition("1")
    values = [ord(char) >> 5 for char in prefix] + [0] + [ord(char) & 31 for char in prefix]
    values += [alphabet.index(char) for char in data] if all(char in alphabet for char in data) else [0]
    check = 1
    for value in values:
        top = check >> 25
        check = (check & 0x1FFFFFF) << 5 ^ value
        for bit, generator in enumerate((0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)):
            check ^= generator if top >> bit & 1 else 0
    return check in (1, 0x2BC830A3)

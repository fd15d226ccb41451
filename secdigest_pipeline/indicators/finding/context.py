"""Whether a live (not defanged) dotted run is a host or an address: code, files and version numbers look alike.

Everything here is about text the author did not defang: a bracket is the author's word that it is an observable. When
in doubt the answer follows what security prose mostly means by such a word, as each rule says.
"""

import ipaddress
import re

# The roots hosts in reports stand in (the busiest of abuse feeds and registries): a name in one of them has to look
# much like code to be taken for it. With them the roots that RFC 2606 sets aside for writing about hosts.
CLASSIC_TLDS = frozenset(
    "com net org edu gov mil int info biz ru su cn de uk fr nl eu us br jp kr tw hk ir pk ua kz tr vn th it es cz ch se no fi dk gr ro "
    "hu bg lt lv ee il ae sa mx ar cl co ca au nz za ng ke tk ml ga cf gq ws me io tv onion bit xyz top site online example test".split()
)
# Extensions that are top-level domains as well: scripts and archives are in every report, hosts in these roots in
# hardly any.
FILE_TLDS = frozenset("zip mov py sh ps so md cab bat dds".split())
# The same, but countries and busy roots: `onet.pl` is a host, `notes.pl` beside other files is not.
_WEAK_FILE_TLDS = frozenset("pl rs app ai cc ms mm pm cat pub".split())
# Extensions that are no top-level domain: with one inside (`mcutil.dll.bbc`) the whole is a file name.
_FILE_LABELS = frozenset(
    "exe dll sys txt doc docx xls xlsx ppt pptx pdf zip rar 7z bat ps1 vbs js jar apk lnk hta scr iso img php html dat bin tmp log".split()
)
# The same, but roots and words: only in front of an archive's extension.
_INNER_LABELS = frozenset("app tar min setup installer keygen crack patch bin".split())
_BUNDLE = re.compile(r"/Contents(?![A-Za-z])")
# Programs of DOS and Windows whose extension is .com.
_COM_PROGRAMS = frozenset(
    f"{name}.com" for name in "chcp command diskcomp diskcopy edit format graftabl keyb mode more tree win".split()
)
# Words that are members, methods or keys in code and top-level domains as well.
MEMBER_TLDS = frozenset(
    "name run stream win day global date link page zone select show target style host id do is as click events build "
    "services property properties security foo tools box codes image".split()
)
# What scripts call their objects: with one of these in front a name is code, but for the classic roots.
_OBJECTS = frozenset(
    "this self super document window console object system os sys math app wscript wshshell item event node element request "
    "response process module exports args params config string array json path file http url user obj evt my container label "
    "form session server client socket thread task actor fs env ctx err req res db util utils xml activexobject application "
    "activedocument range sheet cell cells".split()
)
# Top-level domains that companies hold for themselves and use for no public host, but that are platforms and methods
# in code.
_BRAND_TLDS = frozenset("android java open call map data".split())
# Products and libraries whose names are host names by accident.
_PRODUCTS = frozenset(("asp.net", "vb.net", "ado.net", "ml.net", "socket.io", "node.js"))
# First labels of reversed names: com.example.app, org.telegram.messenger.
_PACKAGE_ROOTS = frozenset("com org net edu gov io android androidx java javax kotlin dalvik".split())

_VERSION_BEFORE = re.compile(
    r"(?:(?<![a-z])(?:v|ver|versions?|vers|firmware|fileversion|productversion|clr|assembly|netmask|subnet mask|mask|バージョン)"
    r"[\s.:=\"'(]{0,4}"
    r"|(?<![a-z])(?:release|build|rev|revision|patch|update|updated? to|upgraded? to|fixed in|patched in|prior to|earlier than) "
    # Chrome/98.0.12.3, but TCP/198.51.100.7
    r"|(?<!ip)(?<!tcp)(?<!udp)(?<=[a-z])/"
    # setup_1.0.7.6, AnyDesk-7.1.2.3
    r"|(?<!ip)(?<=[a-z])[_-]"
    # "< 7.2.1.4", "versions >= 7.2.1.4"; but an arrow, a tag or a quoted line has an address behind it: -> 198.51.100.7
    r"|<=?\s?|(?<=[a-z):] )>=?\s?|(?<=[a-z0-9])>=\s?|[≤≥]\s?)\Z",
    re.IGNORECASE,
)
# Longest word of _VERSION_BEFORE with its punctuation.
_VERSION_REACH = 20
_VERSION_AFTER = re.compile(
    r"\s?(?:(?:or|and) (?:later|earlier|newer|older|above|below|prior|higher|lower)|以前|以降|以上|以下|未満|より前)",
    re.IGNORECASE,
)
# The same for small numbers alone, before which they are a version's more often than before an address.
_SMALL_BEFORE = re.compile(
    r"(?:(?<![a-z])(?:before|older than|newer than|(?:versions?|releases?|builds?) (?:are|is|were|include|including):?) "
    r"|(?<![a-z])oids?:? )\Z",
    re.IGNORECASE,
)
# Numbers below this alone: of real addresses one in 4,000, of product versions nearly all.
_SMALL = 32
# A version or address in front with what binds a list: "7.2.8.1 and ", "7.2.8.1、"
_LIST_BEFORE = re.compile(
    r"(?<![0-9.])[0-9]{1,5}(?:\.[0-9]{1,5}){1,4}"
    r"(?:,? (?:and|or|to|through|until) |, ?| ?[-\u2013/~\u301c\uff5e] ?|、|および|及び|または|から)\Z"
)
_LIST_REACH = 40
_LISTED = 8
# A name with a capital right in front: FortiOS 7.4.1.2
_NAME_BEFORE = re.compile(r"(?<![A-Za-z0-9])[A-Za-z]{0,20}[A-Z][A-Za-z+-]{0,20}[ \u3000]\Z")
_NAME_REACH = 44
# Words with a capital behind which an address stands.
_ADDRESS_NOUNS = re.compile(
    r"(?:ips?|ipv4|addr\w*|servers?|hosts?|hostname|c2s?|cnc|dns|gateway|router|clients?|src|sources?|dst|dest\w*|targets?|victims?"
    r"|attackers?|nodes?|proxy|proxies|peers?|remote|local|endpoints?|listeners?|ports?|network|subnet|from|to|at|via|by|in|on|is"
    r"|was|and|or|the|tcp|udp|http|https|ssh|ftp|smtp|get|post|a|record|ping|curl|connect|strike|beacon|\w*rat|\w*bot|\w*stealer)\s",
    re.IGNORECASE,
)
# Words that begin a sentence and name nothing.
_SENTENCE_WORDS = re.compile(
    r"(?:also|then|both|and|another|only|here|later|next|finally|additionally|however|others?|known|using|with|see|like|when|while|where|if|once"
    r"|after|again|besides|since|still|thus|such|these|those|this|that|there|they|it|its|we|all|each|every|first|second|third|last|between|block"
    r"|blocked|seen|observed|found|including|includes?|plus|even|now|today|yes|no|not|over|under|of|for|but|so|as|an?|new|old|same|e\.g\.)\s",
    re.IGNORECASE,
)
_SECTION_BEFORE = re.compile(r"(?:\A|[\n>])\s{0,8}\Z")
_SECTION_AFTER = re.compile(r"[ \t]{1,4}[A-Z][a-z]")
_NETWORK = re.compile(r"/([0-9]{1,3})(?![0-9/A-Za-z]|\.[A-Za-z0-9])")
_ROW_BEFORE = re.compile(r"(?:(?:\A|[\n|])[\s\"'`*•・-]{0,6}|,)\Z")
_ROW_AFTER = re.compile(r"[ \t\"'`*]{0,2}(?:\Z|[\r\n|,])")
_MASK_BEFORE = re.compile(r"[A-Za-z0-9]\*{1,8}\Z")


def is_version(text: str, start: int, end: int, address: str) -> bool:
    """Whether a live dotted quad is a version number, a section number or a netmask."""
    octets = [int(octet) for octet in address.split(".")]
    if octets[0] == 255:
        return True
    # X.509's certificate extensions and the root of SNMP (ITU-T X.660): object identifiers.
    if octets == [1, 3, 6, 1] or (octets[:3] == [2, 5, 29] and octets[3] < 80):
        return True
    # 4.0.0.1: of real addresses one in 65,000 has two zeros inside, of version numbers every third.
    if octets[1] == octets[2] == 0 and octets[0] < 32 and octets[0] not in (0, 10):
        return True
    if max(octets) < 10 and _SECTION_AFTER.match(text, end) and _SECTION_BEFORE.search(text, max(0, start - 10), start):
        return True
    if _VERSION_AFTER.match(text, end):
        return True
    small = max(octets) < _SMALL and len(set(octets)) > 1
    if small:
        start = _list_start(text, start)
    if _VERSION_BEFORE.search(text, max(0, start - _VERSION_REACH), start):
        return text[start - 1 : start] != "<" or text[end : end + 1] != ">"
    if not small or text[end : end + 1] == ":":
        return False
    if _SMALL_BEFORE.search(text, max(0, start - _VERSION_REACH), start):
        return True
    # In a tag of a spreadsheet or page, but not behind an arrow.
    in_tag = text[start - 1 : start] == ">" and text[start - 2 : start - 1] not in ("-", "=")
    # a package's pinned version: name==1.2.3.4
    return in_tag or text[start - 2 : start] == "==" or _names_product(text, start, octets[0])


def _list_start(text: str, start: int) -> int:
    """Where the list of versions begins whose member begins at `start`."""
    for _ in range(_LISTED):
        before = _LIST_BEFORE.search(text, max(0, start - _LIST_REACH), start)
        if before is None:
            break
        start = before.start()
    return start


def _names_product(text: str, start: int, first: int) -> bool:
    """Whether the word in front is a product's: PAN-OS 10.2.9.1, but neither Server 5.8.9.10 nor Laptop 10.0.0.5."""
    name = _NAME_BEFORE.search(text, max(0, start - _NAME_REACH), start)
    if name is None or _ADDRESS_NOUNS.fullmatch(name.group()) or _SENTENCE_WORDS.fullmatch(name.group()):
        return False
    return first != 10 or name.group().rstrip().endswith("OS")


def is_template(text: str, start: int) -> bool:
    """Whether a placeholder stands in front of a host, as its first label or a part of it: [name].example, w<id>.example."""
    return (
        text[start - 1 : start] == "."
        and text[start - 2 : start - 1] in ("]", "}", ">", "*")
        and text[start - 2] != "*"
    )


_BROKEN_BEFORE = re.compile(r"h(?:tt|xx)ps?://[A-Za-z0-9][A-Za-z0-9.-]{0,60}[.-][ \t]?\r?[\n ][ \t]?\Z", re.IGNORECASE)


def is_fragment(text: str, start: int) -> bool:
    """Whether a URL was broken right before `start`, inside its host: what is left of it is nobody's name."""
    begin = max(0, start - 76)
    return text.find("://", begin, start) >= 0 and _BROKEN_BEFORE.search(text, begin, start) is not None


_NETSTAT_BEFORE = re.compile(r"(?:\A|\n)[ \t]*(?:tcp|udp)[46]{0,2}[ \t][^\n]{0,120}\Z", re.IGNORECASE)


def is_netstat(text: str, start: int) -> bool:
    """Whether a row of BSD's netstat leads up to `start`: it writes the port behind a fifth dot."""
    return _NETSTAT_BEFORE.search(text, max(0, start - 140), start) is not None


def has_prefix_length(text: str, end: int) -> bool:
    """Whether `/n` follows an address: the length of a network's prefix, not a path."""
    return bool(_NETWORK.match(text, end))


def is_network(text: str, end: int, address: str) -> bool:
    """Whether `/n` follows an address whose host bits are zero: a network, not an address."""
    match = _NETWORK.match(text, end)
    if match is None:
        return False
    number = ipaddress.ip_address(address)
    host_bits = number.max_prefixlen - int(match[1])
    return host_bits > 0 and int(number) & ((1 << host_bits) - 1) == 0


def is_masked(text: str, start: int) -> bool:
    """`ev***l.example`: what follows the asterisks is the end of a name somebody hid."""
    return text[start - 1 : start] == "*" and bool(_MASK_BEFORE.search(text, max(0, start - 9), start))


def is_code(text: str, start: int, end: int, name: str) -> bool:
    """Whether a live dotted name is a code member, a file, a package, a detection name or two sentences run together."""
    labels = name.split(".")
    tld = labels[-1].lower()
    before = text[start - 1 : start]
    if before == "$" or (before in ("/", "\\") and text[start - 2 : start] not in ("//", "\\\\")):
        return True
    # "stopped.In", "System.Net", "Agent.AZ": hosts are written in one case, or with the capitals of a name and a
    # small root.
    if labels[-1] != tld and not name.isupper():
        return True
    # Trojan.Win32.Agent.eu, System.Text.so: several capitalised labels are a detection name or a namespace.
    if len(labels) > 2 and labels[-1] == tld and sum(label[:1].isupper() for label in labels) > 1:
        return True
    # No registry gives out a name with an underscore: article_single.us is an identifier.
    if "_" in labels[-2]:
        return True
    lower = name.lower()
    if tld in _BRAND_TLDS or lower in _PRODUCTS or lower in _COM_PROGRAMS:
        return True
    if not _FILE_LABELS.isdisjoint(label.lower() for label in labels[1:-1]):
        return True
    # tool.2.49.0.zip, client.app.zip: a version or another extension stands in front of the archive's.
    if tld in FILE_TLDS and any(label.isdigit() or label.lower() in _INNER_LABELS for label in labels[1:-1]):
        return True
    # Reader.app/Contents: a program's folder on macOS.
    if tld == "app" and _BUNDLE.match(text, end):
        return True
    first = labels[0].lower()
    if first in _PACKAGE_ROOTS and (len(labels) == 2 or tld not in CLASSIC_TLDS):
        return True
    if tld in CLASSIC_TLDS:
        return False
    return _is_member(text, start, end, labels, first, tld)


def _is_member(text: str, start: int, end: int, labels: list[str], first: str, tld: str) -> bool:
    """is_code() for the roots that are words."""
    if text[end : end + 1] in ("(", "\\", "=") or first in _OBJECTS:
        return True
    # 3.in, 3.5.to: a number at a sentence's end.
    if all(label.isdigit() and len(label) < 3 for label in labels[:-1]):
        return not _is_row(text, start, end)
    if len(labels) > 2:
        return False
    owner = labels[0]
    # e.to: what is left of an abbreviation.
    if len(owner) == 1:
        return not _is_row(text, start, end)
    # ADODB.stream, WshShell.run: capitals inside a word are a programmer's.
    if labels[-1] == tld and owner.isalpha() and owner not in (first, first.capitalize()):
        return True
    if tld in FILE_TLDS:
        return True
    if tld in _WEAK_FILE_TLDS:
        return owner.isalpha() and len(owner) <= 8 and not _is_row(text, start, end)
    return tld in MEMBER_TLDS and owner.isalpha() and len(owner) <= 12 and not _is_row(text, start, end)


def _is_row(text: str, start: int, end: int) -> bool:
    """Whether the name stands alone in its line, table cell or comma field, as values of an indicator list do."""
    return bool(_ROW_BEFORE.search(text, max(0, start - 7), start) and _ROW_AFTER.match(text, end))


_ROW_PATH = re.compile(r"/[A-Za-z0-9_~%@+=?&/-][A-Za-z0-9_.~%@+=?&/-]{0,400}+[ \t\"'`*]{0,2}(?:\Z|[\r\n|,])")
_HOST_PATH = re.compile(r"/(?:[a-z0-9-]{1,63}\.){1,4}[a-z]{2,10}[ \t\"'`*]{0,2}(?:\Z|[\r\n|,])", re.IGNORECASE)


def is_row_path(text: str, start: int, slash: int) -> bool:
    """Whether a host and the path behind it stand alone in their line, cell or field, as URLs of a list do."""
    return (
        _ROW_BEFORE.search(text, max(0, start - 7), start) is not None
        and _ROW_PATH.match(text, slash) is not None
        and _HOST_PATH.match(text, slash) is None
    )

"""What observables look like in plain (refanged) text: one linear pattern a shape, no meaning.

Every pattern begins with one character set, which `re` looks for at memory speed, then a look-behind two wide that
fails inside the pattern's own run, then possessive repeats: a text of n characters costs a constant times n whatever
it holds.
"""

import re

from secdigest_pipeline.indicators.finding.defang import HTTP_SPELLINGS

# Letters a host label may hold outside ASCII: the alphabetic scripts from Latin-1 to Ethiopic, and Latin and Greek
# extended. CJK is apart: Japanese prose touches a host without a blank.
ALPHABETIC = (
    "\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02af\u0370-\u0373\u0376-\u0377\u037b-\u037d\u0386-\u0523\u0531-\u0556"
    "\u0561-\u0587\u05d0-\u05ea\u0620-\u064a\u0900-\u0e7f\u10a0-\u137f\u1e00-\u1fff"
)
CJK = "\u3005-\u3007\u3041-\u3096\u30a1-\u30fa\u30fc\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3"

_ASCII_LABEL = r"A-Za-z0-9_\-"
ANY_LABEL = _ASCII_LABEL + ALPHABETIC


def _dotted(label: str) -> re.Pattern[str]:
    return re.compile(rf"[{label}](?<![{label}].)[{label}]*+(?:\.[{label}]++)++")


# A dotted run: what a host, an address, a version, a file name and a code member have in common.
DOTTED_ASCII = _dotted(_ASCII_LABEL)
DOTTED = _dotted(ANY_LABEL)
# A dot between a CJK label and the rest of a host.
CJK_DOT = re.compile(rf"\.(?<=[{CJK}]\.)(?=[{_ASCII_LABEL}]{{2}})")
HOST_REST = re.compile(rf"[{_ASCII_LABEL}]++(?:\.[{_ASCII_LABEL}]++)*+")
# A host's labels in front of a dot.
LABELS_BEFORE = re.compile(rf"(?<![{ANY_LABEL}.])(?:[{ANY_LABEL}]{{1,63}}\.){{0,8}}[{ANY_LABEL}]{{1,63}}\Z")

# ":/", "://", ":///" and ": //" : the scheme is looked for before it.
SCHEME_MARK = re.compile(r":\s?/{1,3}")
SCHEME = re.compile(
    rf"(?:(?P<http>{HTTP_SPELLINGS})(?P<s>s?)|(?P<other>f(?:t|x|\*)ps?|sftp|wss?|tcp|udp|ldaps?|rmi|smb|socks[45]?|ssh))\s?\Z",
    re.IGNORECASE,
)
# Schemes that only name a transport: what follows is an address or a host with a port, not a URL.
TRANSPORTS = frozenset(("tcp", "udp", "ssh", "socks", "socks4", "socks5"))
# The longest scheme spelling and a blank, in front of a mark.
SCHEME_REACH = 8

_WIDE_LABEL = rf"[{ANY_LABEL}{CJK}]{{1,63}}+"
AUTHORITY = re.compile(
    r"(?:(?P<user>[A-Za-z0-9._~!$&'()*+,;=:%-]{1,128}+)@)?"
    r"(?:\[(?P<six>[0-9A-Fa-f:.]{2,45})\]"
    rf"|(?P<host>[{ANY_LABEL}]++(?:\.[{ANY_LABEL}]++)++)"
    rf"|(?P<wide>{_WIDE_LABEL}(?:\.{_WIDE_LABEL}){{1,8}}+)"
    # an address as one number (WHATWG URL 3.5): 0x2d530c09, 760417289, 05524606011
    r"|(?P<number>0[xX][0-9A-Fa-f]{7,8}|0?[0-9]{8,11})(?=(?::[0-9]{1,5})?/[A-Za-z0-9]))"
    r"(?::(?P<port>[0-9]{1,5})(?![0-9]))?"
)
# The first two characters behind "%", of %2F and the like.
ESCAPE = re.compile(r"[0-9A-Fa-f]{2}(?=[A-Za-z0-9])")
# netstat's address and port, an address behind which WebDAV is told to use TLS or a port, a path that ends in a file.
NETSTAT = re.compile(r"([0-9]{1,3}(?:\.[0-9]{1,3}){3})\.([0-9]{1,5})")
WEBDAV = re.compile(r"@(?:SSL|[0-9]{1,5})(?:@[0-9]{1,5})?\\", re.IGNORECASE)
FILE_PATH = re.compile(
    r"/(?:[A-Za-z0-9_.~%@+-]{1,60}+/){0,10}+[A-Za-z0-9_.~%@+-]{0,60}\.(?:exe|dll|msi|msix|scr|hta|js|jse|vbs|vbe|ps1|bat|cmd|sh|py|lnk|iso|img|zip|rar|7z|gz|tgz"
    r"|cab|jar|apk|dmg|pkg|bin|elf|dat|txt|php|aspx?|jsp|cgi|html?|doc[mx]?|xls[bmx]?|ppt[mx]?|pdf|rtf|png|jpe?g|gif|ico|css|json|xml)"
    r"(?![A-Za-z0-9.])",
    re.IGNORECASE,
)
# All that stands between a slash and the end of a name.
NEXT_NAME = re.compile(rf"([{_ASCII_LABEL}]++(?:\.[{_ASCII_LABEL}]++)++)(?![{_ASCII_LABEL}./?#])")
# What is written behind a port that is no path: 198.51.100.7:443/tcp
PROTOCOL = re.compile(r"/(?:tcp|udp)(?![A-Za-z0-9/._-])", re.IGNORECASE)
PORT = re.compile(r":([0-9]{1,5})(?![0-9:.])")

IPV4_RUN = re.compile(r"(?<![0-9A-Za-z.])[0-9]{1,3}(?:\.[0-9]{1,3}){3}(?![0-9A-Za-z])(?!\.[0-9A-Za-z])")

# IPv6 as it is routed or scoped today (IANA IPv6 address space registry): 2000::/3, fc00::/7, fe80::/10, ff00::/8,
# 64:ff9b::/96. Anything else of that shape is a time, a MAC address, a fingerprint or C++.
IPV6_RUN = re.compile(
    r"[23fF6](?<![0-9A-Za-z_:.].)"
    r"(?:(?<=[23])[0-9A-Fa-f]{3}|(?<=[fF])(?:[cCdDfF][0-9A-Fa-f]{2}|[eE][89abAB][0-9A-Fa-f])|(?<=6)4:[fF]{2}9[bB])"
    r":[0-9A-Fa-f:]{1,40}+(?![0-9A-Za-z_]|\.[0-9])"
)

# A run of hex digits with the length of a hash. Behind a backslash it is a registry key or a file's name.
# Beside an ellipsis it is what is left of a longer one.
HEX_RUN = re.compile(r"[0-9A-Fa-f](?<![0-9A-Za-z\\\u2026].)(?<!\.\..)[0-9A-Fa-f]{31,127}+(?![0-9A-Za-z\u2026]|\.\.)")
HASHES = {32: "md5", 40: "sha1", 64: "sha256", 128: "sha512"}
# What stands before a hash in the address of a page about that file; any other hex run in a URL is a token, commit or
# session.
HASH_PAGE = re.compile(
    r"(?:files?|samples?|analys[ie]s|hash|md5|sha1|sha256|sha512|reports?|detection|search)[/=:#-]\Z", re.IGNORECASE
)

_DASH = "\u2010-\u2015\u2212\\-"
# CVE ids with the dashes word processors make of "-" (CVE numbering rules: four digits of year, four or more of
# number).
CVE_RUN = re.compile(
    rf"[cC](?<![A-Za-z0-9].)[vV][eE](?:\s?[{_DASH}_:]\s?|\s)?((?:19|20)[0-9]{{2}})"
    rf"\s?[{_DASH}_ ]\s?([0-9]{{4,7}})(?![0-9A-Za-z])"
)

LOCAL_PART = re.compile(r"(?<![A-Za-z0-9._%+-])[A-Za-z0-9._%+-]++\Z")
# RFC 5321 4.5.3.1.1
MAX_LOCAL_PART = 64

"""Words beside a value that say what it did: closed lists in English and Japanese.

They are read next to the value only (its sentence, label and heading), never over a whole article: in a security text every
page is full of malware, but not every host beside the word is.
"""

import re
from collections.abc import Callable
from functools import cache, lru_cache


def _asks(*english: str, japanese: str = "") -> Callable[[str], bool]:
    """Whether a text holds one of the words; labels and headings come again with every value below them, so answers are kept.

    English words begin at a word boundary, which between Japanese and Latin letters there is one (re.ASCII). Both conditions also let the
    search skip most of a text without trying every word. Compiled when first asked: these lists take 8 ms.
    """
    words = r"(?:" + "|".join(english) + ")"
    if japanese:
        words += rf"|(?=[^\x00-\x7f])(?:{japanese})"
    pattern = cache(lambda: re.compile(words, re.IGNORECASE | re.ASCII))
    return lru_cache(maxsize=1024)(lambda text: pattern().search(text) is not None)


_PLACES = (
    r"(?:domains?|urls?|ips?|ip address(?:es)?|addresses|sites?|websites?|pages?|hosts?|hostnames?|servers?|links?"
)
_PLACES += r"|infrastructure|portals?|shops?|stores?)"
_CARGO = r"(?:payload|malware|second[- ]stage|next[- ]stage|implant|trojan|backdoor|stealer|loader|script|binary|executable|dll|archive)"

_RUN_BY = _asks(
    r"(?:run|owned|operated|registered|controlled|managed|set up|created|used) by (?:the )?(?:same )?"
    r"(?:attackers?|threat actors?|actors?|scammers?|fraudsters?|criminals?|gang|operators?|hackers?|adversar\w+)\b",
)
_IS_MALICIOUS = _asks(
    r"(?:is|are|was|were) (?:all |both |clearly |also |indeed )?(?:malicious|fraudulent|rogue|fake)\b(?! news)",
    japanese="は(?:いずれも|すべて|どちらも)?(?:悪性|偽物|不正なもの)",
)
_FAKE_FROM = _asks(
    r"(?:fake|malicious|trojani[sz]ed|rogue) (?:apps?|installers?|software|updates?|packages?|extensions?) .{0,40}\bfrom\b"
)
_ATTACKER = _asks(
    r"c2s?\b|c ?& ?c\b|cnc\b|command[- ](?:and|&)[- ]control",
    r"beacon(?:s|ed|ing)?\b|call(?:s|ed|ing)?[- ]?back|phon(?:e|es|ed|ing) home|exfiltrat\w+",
    r"drop (?:site|zone|server)|staging (?:server|host)",
    r"attacker[- ](?:controlled|owned|operated)|controlled by (?:the )?(?:attacker|threat)",
    r"(?:malicious|rogue|fraudulent|fake|(?:spear-?)?phishing|scam|look-?alike|typosquatt?\w*|malware|payload|leak|extortion)[- ](?:\w+ )?"
    + _PLACES,
    r"(?:download|fetch|retriev|pull|load|grab|drop)\w* .{0,40}" + _CARGO + r"s?\b.{0,40}\bfrom\b",
    # right before the value: "connects to", "communicates with the server at"
    r"(?:connect|communicat|reach|redirect)\w*(?: \w+){0,3} (?:to|with|out to)\b(?: \w+){0,5}[\s:\"'“(]*\Z",
    japanese=r"攻撃者(?:ら)?(?:が|の|により|によって)(?:運営|管理|登録|取得|用意|使用|利用|設置|所有)|通信先|接続先|送信先|遷移先|誘導先|配布元|配信元|取得先|ダウンロード元|攻撃元|指令サーバ"
    r"|(?:悪性|不正|悪意のある|フィッシング|偽の?|詐欺|攻撃者の?)(?:な)?(?:ドメイン|サイト|ページ|url|ip|サーバ|ホスト|リンク|ストア)"
    r"|(?:へ|に)(?:接続|通信|アクセス|送信)|と通信",
)


def _may_be_called_malicious(text: str) -> bool:
    return any(word in text for word in ("malicious", "fraudulent", "fake", "rogue", "は"))


def may_be_denied(text: str) -> bool:
    """Whether a text may say that something is not so."""
    return " not " in text or "ない" in text or "なく" in text


def ATTACKER(text: str) -> bool:
    """The value is an attacker's, in so many words."""
    # The rarer lists of words are asked only where a word stands that they need.
    return (
        _ATTACKER(text)
        or (" by " in text and _RUN_BY(text))
        or (" from" in text and _FAKE_FROM(text))
        or (_may_be_called_malicious(text) and not may_be_denied(text) and _IS_MALICIOUS(text))
    )


# Words of an attack that stand beside victims, tools and sources as well.
MALICIOUS = _asks(
    r"malicious|malware|trojan|backdoor|stealer|ransom\w*|botnet|implant|payload|second[- ]stage|dropper|loader",
    r"(?:spear-?)?phish\w*|typosquat\w*|impersonat\w+|spoof\w*|look-?alike|rogue|fraudulent|scam\w*",
    r"attacker|threat actor|adversar\w+|hackers?\b|compromised|infected",
    r"hosted (?:on|at)|registered (?:on|by|at|in|through|via)",
    r"(?:downloads?|downloaded|downloading|fetch(?:es|ed|ing)?|retriev(?:es|ed|ing)) .{0,60}\bfrom\b",
    japanese=r"悪性|不正|悪意|悪用|マルウェア|フィッシング|偽サイト|偽の|詐欺|窃取|持ち出|ペイロード|バックドア|ローダー|ボットネット"
    r"|感染|詐称|なりすま|踏み台|改ざん|攻撃者",
)
# The value is somebody's who has nothing to hide, or the reader is asked to go there.
BENIGN = _asks(
    r"virustotal|any\.run|hybrid[- ]analysis|joe ?sandbox|sandbox(?:es)?\b|shodan|censys|urlscan|whois|wayback|wikipedia|github repo",
    r"patch(?:es)?\b|advisor(?:y|ies)\b|security (?:update|bulletin|notice)|release notes",
    r"official (?:site|website|page|download|store|domain)|legitimate\b|benign\b|genuine\b|harmless\b|(?:white|allow)-?list\w*",
    r"(?:check|determin|discover|obtain|look(?:ing)? up|get)\w* .{0,40}\b(?:external|public|own) ip",
    r"ip[- ](?:check|lookup|geolocation|address lookup)|geo-?location|ipアドレス(?:の)?確認",
    r"(?:test|check|verif)\w* .{0,30}\b(?:internet|network) (?:connection|connectivity|access)",
    r"visit\b|subscribe\b|contact us|press release|blog ?post|read more|more (?:details|information)|learn more|see\b",
    r"reported by\b|according to|posted\b|tweet\w*|article\b|source:|via\b:?\s*$|courtesy of|responsible disclosure|bug bounty",
    r"help ?desk|hotline\b",
    japanese=r"正規の|正規(?:サイト|サービス|ドメイン|ファイル)|公式|参照|参考|詳細は|詳しくは|お問い合わせ|問い合わせ先|プレスリリース"
    r"|更新プログラム|修正プログラム|アドバイザリ|出典|引用|こちら",
)
# A command that fetches and runs what a URL gives: nobody cites a source that way.
FETCHES = _asks(
    r"download(?:file|string|data)(?:async)?\s*\(|invoke-(?:webrequest|restmethod)|\biwr\b|\birm\b|start-bitstransfer|certutil\b.{0,40}-urlcache"
    r"|bitsadmin\b.{0,60}/transfer|mshta(?:\.exe)?\b|msiexec(?:\.exe)?\b.{0,30}/i|regsvr32(?:\.exe)?\b.{0,30}/i:|urldownloadtofile"
    r"|msxml2\.(?:server)?xmlhttp|rundll32(?:\.exe)?\b",
)
_INNOCENT = (
    r"(?:legit(?:imate)?|benign|genuine|harmless|official|real|clean|unrelated|innocent)[ -](?:\w+[ -]){0,2}"
    r"(?:sites?|websites?|domains?|services?|servers?|hosts?|pages?|portals?|urls?|addresses|address|ips?|infrastructure|software|files?|tools?"
    r"|installers?|binar(?:y|ies)|organi[sz]ations?|compan(?:y|ies)|bank)"
)
# A word of the next two, in lower case: most texts have none, and to look for a word is cheap.
_HINTS = (
    "legit benign genuine harmless official real clean unrelated innocent malicious decoy connectivity false sinkhole "
    "正規 悪性で 無害 無関係 攻撃者のもの 不正で 囮 おとり デコイ ダミー 確認 誤検知 公式 本物 実在"
).split()


def may_be_innocent(text: str) -> bool:
    """Whether it is worth asking INNOCENT_AFTER and INNOCENT_BEFORE."""
    low = text.lower()
    return any(hint in low for hint in _HINTS)


# Said of the value itself, right behind or right before it: that it is nobody's weapon.
INNOCENT_AFTER = _asks(
    r"\A[\s|)\]\"'`*:,(\[–—-]*(?:(?:is|was|are|were|which is|itself)\s+)?(?:only\s+|just\s+|merely\s+)?(?:an?\s+|the\s+|their\s+)?"
    r"(?:" + _INNOCENT + r"|(?:legit(?:imate)?|benign|harmless)\s*(?:[,.;|)(]|\Z)|not malicious"
    r"|(?:a )?decoy(?: (?:site|domain|page|url|website|traffic)|\b(?! (?:document|pdf|file)))"
    r"|(?:used (?:only |just )?(?:for|as) )?(?:an? )?(?:internet |network )?connectivity (?:check|test)|false positive|sinkholed?\b)",
    r"\A[\s\u3000|）)」』\]\"'`*：:、,（(–—-]*(?:は|が|も|自体は)?、?(?:実在の|本物の)?(?:正規(?!の?(?:ファイル|ツール)?(?:を|に)(?:装|偽|模|見せ))"
    r"|悪性では?(?:ない|なく|ありません)|無害|無関係|攻撃者のものでは(?:ない|なく)|不正では?(?:ない|なく)|囮|おとり(?!文書)|デコイ(?!文書)"
    r"|ダミー|(?:疎通|接続|通信)の?確認|誤検知|公式)",
)
INNOCENT_BEFORE = _asks(
    r"(?:\b(?:the|a|an|as) |\A[\s|*-]*|[:(]\s*)" + _INNOCENT + r"(?: (?:of|at|for|like|such as))?[\s:(\"'`“|]*\Z",
    r"(?:internet |network )?connectivity (?:check|test)s?(?: (?:to|of|against|on|with|via|using|by))?(?: \w+){0,3}[\s:(\"'`“|]*\Z",
    r"decoy (?:sites?|domains?|pages?|urls?|websites?|traffic)(?: (?:to|like|such as))?[\s:(\"'`“|]*\Z",
    r"(?:正規の?(?:サイト|ページ|ドメイン|サービス|サーバー?|url|ウェブサイト)|(?:本物|実在)の(?:サイト|ページ|ドメイン)|公式(?:サイト|ページ|ドメイン)"
    r"|(?:疎通|接続|通信)の?確認(?:先|用|の?ため(?:に)?)?|(?:囮|おとり|デコイ)の?(?:サイト|ドメイン|ページ)?)"
    r"(?:である|の|は|として|、|に|へ|と)?[\s\u3000：:「『（(|\"'`]*\Z",
)
# With one of these beside it a legitimate site is a weapon after all.
COMPROMISED = _asks(
    r"compromis\w+|hacked|hijack\w*|abus\w+|misus\w+|breached|defaced|infected|takeover|taken over|malicious (?:code|script|file|content)",
    japanese=r"改ざん|侵害|悪用|乗っ取|踏み台|マルウェアを(?:配布|設置)",
)
# With one of these behind it the value only looks like one.
IMITATES = _asks(
    r"look(?:s|ing)?[- ](?:like|alike)|look-?alike|legitimate[- ]looking|imitat\w+|impersonat\w+|mimic\w*|spoof\w*|pretend\w*"
    r"|pos(?:es|ed|ing) as"
    r"|disguis\w+|masquerad\w+|fake|typosquat\w*|c2\b|c&c|phish\w*",
    japanese=r"装|偽|模倣|なりすま|似せ|見せかけ|詐称",
)
# The value belongs to somebody who was attacked, imitated or targeted.
VICTIM = _asks(
    r"victims?\b|target(?:s|ed|ing)?\b .{0,30}(?:bank|site|website|organi[sz]ation|compan)|leak(?:ed)? .{0,30}\bof\b|stolen from\b",
    japanese=r"被害(?:を受けた|組織|企業|者)|標的|狙われた",
)

# Categories of docs/contract.md 2.2; the caller takes the first that fits, in this order.
PHISHING = _asks(
    r"(?:spear-?)?phish\w*|fake (?:login|site|website|page|store|shop|portal)|credential[- ]harvest\w*|login page",
    r"typosquat\w*|look-?alike|impersonat\w+|spoof\w*|scam\w*",
    japanese=r"フィッシング|偽サイト|偽の|偽ログイン|詐欺サイト|なりすま|詐称",
)
C2 = _asks(
    r"c2s?\b|c ?& ?c\b|cnc\b|command[- ](?:and|&)[- ]control|beacon\w*|call(?:s|ed|ing)?[- ]?back|phon\w+ home",
    r"exfil\w*|drop (?:site|zone|server)|reverse shell|tunnel\w*|communicat\w+ (?:with|to)|connect\w* (?:to|with)|contacts?\b",
    r"post-infection traffic|network (?:indicators?|iocs?|traffic)",
    japanese=r"通信先|接続先|送信先|と通信|に接続|へ接続|指令",
)
DELIVERY = _asks(
    r"download\w*|payload|dropp(?:er|ed)|stager|second[- ]stage|fetch\w*|retriev\w*|deliver\w* (?:the )?malware|malware distribution",
    japanese=r"ダウンロード|配布|配信|取得先|ペイロード|第2段階",
)
LURE = _asks(
    r"redirect\w*|landing|lure\w*|sends? (?:victims|visitors|users) to|hosted (?:on|at)",
    japanese=r"誘導|遷移|設置",
)
SOURCE_ADDRESS = _asks(
    r"scann(?:er|ers|ing|ed)|brute[- ]?forc\w*|password[- ]spray\w*|source ip|attack(?:er|ing|ers') ips?|originat\w+ from|coming from",
    r"exploit(?:ation)? (?:attempts?|source|ips?)|log(?:ged)?[- ]?ins? from|login attempts|vpn exit",
    japanese=r"攻撃元|送信元|接続元|スキャン元|アクセス元|ログイン元|総当たり",
)
ABUSED_FILE = _asks(
    r"legitimate|benign|genuine|signed (?:driver|binary|executable)|vulnerable driver|byovd\b|side-?load(?:ing)? host|living[- ]off",
    japanese=r"正規(?:の)?(?:ファイル|ツール|ドライバ|実行)|脆弱なドライバ",
)
RELATED_FILE = _asks(
    r"decoy|lure|benign (?:document|pdf)|screenshot|ransom note",
    japanese=r"おとり|囮|デコイ|脅迫文",
)
TOOL = _asks(
    r"mimikatz|psexec|anydesk|rclone|ngrok|impacket|advanced ip scanner|nmap\b|fscan\b|chisel\b|frp\b|teamviewer|screenconnect",
    r"(?:hack|scanning|tunnel\w*|remote)[- ]tools?\b",
    japanese=r"ツール",
)
# The label of a list of payments: their ids are as long as a SHA-256.
PAYMENT = _asks(
    r"tx(?: ?ids?| ?hash(?:es)?)\b|transactions?(?: ids?| hash(?:es)?)\b",
    japanese=r"トランザクション|取引(?:ID|ハッシュ)|送金(?:ID|ハッシュ)",
)
# A hash that is no file's: of a commit, certificate, key, TLS client or import table.
NOT_A_FILE = _asks(
    r"commits?\b|git\b|ja3s?\b|ja4\b|jarm\b|imphash|import hash|serial(?: number)?\b|thumbprint|fingerprint|certificate",
    r"tx(?: ?ids?| ?hash(?:es)?)?\b|transactions?(?: ids?| hash(?:es)?)?\b|block ?hash\b|order id\b|session id\b|nonce\b",
    r"mutex\b|guid\b|uuid\b|api key\b|token\b|key\b\s*[:=]|iv\b\s*[:=]|encryption key|aes\b|rc4\b",
    japanese=r"コミット|トランザクション|取引(?:ID|ハッシュ)|送金(?:ID|ハッシュ)|ブロックハッシュ|フィンガープリント|拇印|証明書|鍵\s*[:：=]",
)
_LIST_OF_THEM = r"(?:indicators? of compromise|iocs?\b|indicators)"
# The page itself says that its indicators are somewhere else.
INDICATORS_ELSEWHERE = _asks(
    _LIST_OF_THEM
    + r"[^.\n。]{0,80}\b(?:(?:are|is|can be|may be|were) (?:also )?(?:available|found|published|listed|shared|posted|provided)"
    r"|available|github|pastebin|report|pdf|appendix|repository|spreadsheet)\b",
    r"(?:full|complete) list of (?:iocs?|indicators)",
    r"(?:report|advisory|analysis|blog ?post|write-?up|post)[^.\n。]{0,60}"
    r"\b(?:includes?|contains?|lists?|provides?|shares?|has)\b[^.\n。]{0,40}" + _LIST_OF_THEM,
    r"iocs?(?:情報|一覧|リスト)?[^。\n]{0,40}(?:公開し|公開さ|参照|掲載|こちら|レポート|GitHub)",
    japanese=r"侵害(?:の)?(?:痕跡|指標)[^。\n]{0,40}(?:公開し|公開さ|参照|掲載|こちら|レポート|GitHub)",
)

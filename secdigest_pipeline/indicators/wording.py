"""Words beside a value that say what it did: closed lists in English and Japanese.

They are read next to the value only (its sentence, label and heading), never over a whole article: in a security text every
page is full of malware, but not every host beside the word is.
"""

import re
from collections.abc import Callable
from functools import lru_cache


def _asks(*patterns: str) -> Callable[[str], bool]:
    """Whether a text holds one of the words; labels and headings come again with every value below them, so answers are kept."""
    search = re.compile("|".join(patterns), re.IGNORECASE).search
    return lru_cache(maxsize=1024)(lambda text: search(text) is not None)


_PLACES = (
    r"(?:domains?|urls?|ips?|ip address(?:es)?|addresses|sites?|websites?|pages?|hosts?|hostnames?|servers?|links?"
)
_PLACES += r"|infrastructure|portals?|shops?|stores?)"
_CARGO = r"(?:payload|malware|second[- ]stage|next[- ]stage|implant|trojan|backdoor|stealer|loader|script|binary|executable|dll|archive)"

# The value is an attacker's, in so many words.
ATTACKER = _asks(
    r"\bc2s?\b|\bc&c\b|\bcnc\b|command[- ](?:and|&)[- ]control",
    r"beacon(?:s|ed|ing)?\b|call(?:s|ed|ing)?[- ]?back|phon(?:e|es|ed|ing) home|exfiltrat\w+",
    r"drop (?:site|zone|server)|staging (?:server|host)",
    r"attacker[- ](?:controlled|owned|operated)|controlled by (?:the )?(?:attacker|threat)",
    r"(?:malicious|rogue|fraudulent|fake|phishing|scam|look-?alike|typosquatt?\w*|malware|payload|leak|extortion)[- ](?:\w+ )?"
    + _PLACES,
    r"(?:download|fetch|retriev|pull|load|grab|drop)\w* .{0,40}" + _CARGO + r"s?\b.{0,40}\bfrom\b",
    # right before the value: "connects to", "communicates with the server at"
    r"(?:connect|communicat|reach|redirect)\w*(?: \w+){0,3} (?:to|with|out to)\b(?: \w+){0,5}[\s:\"'“(]*\Z",
    r"通信先|接続先|送信先|遷移先|誘導先|配布元|配信元|取得先|ダウンロード元|攻撃元|c2サーバ|指令サーバ",
    r"(?:悪性|不正|悪意のある|フィッシング|偽の?|詐欺|攻撃者の?)(?:な)?(?:ドメイン|サイト|ページ|url|ip|サーバ|ホスト|リンク|ストア)",
    r"(?:へ|に)(?:接続|通信|アクセス|送信)|と通信",
)
# Words of an attack that stand beside victims, tools and sources as well.
MALICIOUS = _asks(
    r"malicious|malware|trojan|backdoor|stealer|ransom\w*|botnet|implant|payload|second[- ]stage|dropper|loader",
    r"phish\w*|typosquat\w*|impersonat\w+|spoof\w*|look-?alike|rogue|fraudulent|scam\w*",
    r"attacker|threat actor|adversar\w+|hackers?\b|compromised|infected",
    r"hosted (?:on|at)|registered (?:on|by|at|in|through|via)",
    r"(?:downloads?|downloaded|downloading|fetch(?:es|ed|ing)?|retriev(?:es|ed|ing)) .{0,60}\bfrom\b",
    r"悪性|不正|悪意|悪用|マルウェア|フィッシング|偽サイト|偽の|詐欺|窃取|持ち出|ペイロード|バックドア|ローダー|ボットネット",
    r"感染|詐称|なりすま|踏み台|改ざん|攻撃者",
)
# The value is somebody's who has nothing to hide, or the reader is asked to go there.
BENIGN = _asks(
    r"virustotal|any\.run|hybrid[- ]analysis|joe ?sandbox|\bsandbox(?:es)?\b|shodan|censys|urlscan|whois|wayback|wikipedia|github repo",
    r"\bpatch(?:es)?\b|\badvisor(?:y|ies)\b|security (?:update|bulletin|notice)|release notes",
    r"\bofficial (?:site|website|page|download|store|domain)|\blegitimate\b|\bbenign\b|\bgenuine\b|\bharmless\b|\b(?:white|allow)-?list\w*",
    r"(?:check|determin|discover|obtain|look(?:ing)? up|get)\w* .{0,40}\b(?:external|public|own) ip",
    r"ip[- ](?:check|lookup|geolocation|address lookup)|geo-?location",
    r"(?:test|check|verif)\w* .{0,30}\b(?:internet|network) (?:connection|connectivity|access)",
    r"\bvisit\b|\bsubscribe\b|contact us|press release|blog ?post|read more|more (?:details|information)|learn more|\bsee\b",
    r"\breported by\b|according to|\bposted\b|\btweet\w*|\barticle\b|\bsource:|\bvia\b:?\s*$|courtesy of|responsible disclosure|bug bounty",
    r"help ?desk|\bhotline\b",
    r"正規の|正規(?:サイト|サービス|ドメイン|ファイル)|公式|参照|参考|詳細は|詳しくは|お問い合わせ|問い合わせ先|プレスリリース",
    r"更新プログラム|修正プログラム|アドバイザリ|IPアドレス(?:の)?確認|出典|引用|こちら",
)
# The value belongs to somebody who was attacked, imitated or targeted.
VICTIM = _asks(
    r"\bvictims?\b|\btarget(?:s|ed|ing)?\b .{0,30}(?:bank|site|website|organi[sz]ation|compan)|\bleak(?:ed)? .{0,30}\bof\b|\bstolen from\b",
    r"被害(?:を受けた|組織|企業|者)|標的|狙われた",
)

# Categories of report-contract 2.2; the caller takes the first that fits, in this order.
PHISHING = _asks(
    r"phish\w*|fake (?:login|site|website|page|store|shop|portal)|credential[- ]harvest\w*|login page",
    r"typosquat\w*|look-?alike|impersonat\w+|spoof\w*|scam\w*",
    r"フィッシング|偽サイト|偽の|偽ログイン|詐欺サイト|なりすま|詐称",
)
C2 = _asks(
    r"\bc2s?\b|\bc&c\b|\bcnc\b|command[- ](?:and|&)[- ]control|beacon\w*|call(?:s|ed|ing)?[- ]?back|phon\w+ home",
    r"exfil\w*|drop (?:site|zone|server)|reverse shell|tunnel\w*|communicat\w+ (?:with|to)|connect\w* (?:to|with)|contacts?\b",
    r"post-infection traffic|network (?:indicators?|iocs?|traffic)",
    r"通信先|接続先|送信先|と通信|に接続|へ接続|c2サーバ|指令",
)
DELIVERY = _asks(
    r"download\w*|payload|deliver\w*|distribut\w*|drop(?:s|ped|per)\b|stag(?:er|ing|ed?)\b|host(?:s|ed|ing)\b|fetch\w*|retriev\w*",
    r"redirect\w*|landing|ダウンロード|配布|配信|取得先|ペイロード|誘導|遷移",
)
SOURCE_ADDRESS = _asks(
    r"scann(?:er|ers|ing|ed)|brute[- ]?forc\w*|password[- ]spray\w*|source ip|attack(?:er|ing|ers') ips?|originat\w+ from|coming from",
    r"exploit(?:ation)? (?:attempts?|source|ips?)|log(?:ged)?[- ]?ins? from|login attempts|vpn exit",
    r"攻撃元|送信元|接続元|スキャン元|アクセス元|ログイン元|総当たり",
)
ABUSED_FILE = _asks(
    r"legitimate|benign|genuine|signed (?:driver|binary|executable)|vulnerable driver|\bbyovd\b|side-?load(?:ing)? host|living[- ]off",
    r"正規(?:の)?(?:ファイル|ツール|ドライバ|実行)|脆弱なドライバ",
)
RELATED_FILE = _asks(
    r"decoy|lure|benign (?:document|pdf)|screenshot|ransom note|おとり|囮|デコイ|脅迫文",
)
TOOL = _asks(
    r"mimikatz|psexec|anydesk|rclone|ngrok|impacket|advanced ip scanner|\bnmap\b|\bfscan\b|\bchisel\b|\bfrp\b|teamviewer|screenconnect",
    r"\b(?:hack|scanning|tunnel\w*|remote)[- ]tools?\b|ツール",
)
# A hash that is no file's: of a commit, certificate, key, TLS client or import table.
NOT_A_FILE = _asks(
    r"\bcommits?\b|\bgit\b|\bja3s?\b|\bja4\b|\bjarm\b|imphash|import hash|\bserial(?: number)?\b|thumbprint|fingerprint|certificate",
    r"\bmutex\b|\bguid\b|\buuid\b|\bapi key\b|\btoken\b|\bkey\b\s*[:=]|\biv\b\s*[:=]|encryption key|\baes\b|\brc4\b",
    r"コミット|フィンガープリント|拇印|証明書|鍵\s*[:：=]",
)
_LIST_OF_THEM = r"(?:indicators? of compromise|\biocs?\b|indicators)"
# The page itself says that its indicators are somewhere else.
INDICATORS_ELSEWHERE = _asks(
    _LIST_OF_THEM
    + r"[^.\n。]{0,80}\b(?:(?:are|is|can be|may be|were) (?:also )?(?:available|found|published|listed|shared|posted|provided)"
    r"|available|github|pastebin|report|pdf|appendix|repository|spreadsheet)\b",
    r"(?:full|complete) list of (?:iocs?|indicators)",
    r"(?:report|advisory|analysis|blog ?post|write-?up|post)[^.\n。]{0,60}"
    r"\b(?:includes?|contains?|lists?|provides?|shares?|has)\b[^.\n。]{0,40}" + _LIST_OF_THEM,
    r"(?:\biocs?|ioc(?:情報|一覧|リスト)|侵害(?:の)?(?:痕跡|指標))[^。\n]{0,40}(?:公開し|公開さ|参照|掲載|こちら|レポート|GitHub)",
)

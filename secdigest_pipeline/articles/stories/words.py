"""Words of a headline or text as stories compare them, and which of them tell one event from another.

Security headlines are made of the same hundred words; two of them that share only those are about two events.
"""

import re
from collections import Counter

_WORD = re.compile(r"[^\W_][\w.+#-]*[^\W_]|[^\W_]")
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff々]+")
_JAPANESE_NAME = re.compile(r"[\u30a1-\u30fa\u30fc]{2,}|[\u3400-\u9fff々]{2,}")
# Mark of a piece of Japanese text: it makes texts alike, but is no word that could name anything.
PIECE = "~"
CVE = re.compile(r"\bcve-\d{4}-\d{4,7}\b", re.IGNORECASE)

# Words that say what kind of news it is, not which: of any English or Japanese security headline.
_COMMON = frozenset(
    """
    a about access account accounts across act action active actively activity actor actors add added adds admin
    advanced advisory after against agencies agency agent agents ai alert all allegedly allow allowing allows also
    amid an and android announce announces api app application apps arbitrary are arrested as at attack attacked
    attacker attackers attacks auth authentication autonomous available avoid aware back backdoor backdoors ban based
    be become becomes been before behind best better between big billion botnet breach breached breaches breaching
    browser bug bugs build built business but by bypass c2 call campaign campaigns can caused chain chief china
    chinese cisa claim claims cloud cms code command commands compromise compromised company companies confirm
    confirms control core could country court credential credentials crew crime criminals critical crypto custom
    customer customers cyber cyberattack cyberattacks cybercrime cybercriminals cybersecurity cve cvss daily dark
    data day days ddos default defenders delete deliver delivers deploy deployed deploys detail details detection
    developer developers device devices disclose disclosed discloses discover discovered disrupt distribute do does
    domain domains down download due during each email emails employee enable enables enabling endpoint enterprise
    escalation espionage europe european evade every execute execution exploit exploitable exploitation exploited
    exploiting exploits expose exposed exposes exposing exposure extension extortion fake fall fbi federal file files
    find finds firewall firm firms first fix fixed fixes flaw flaws following for force foreign found framework from
    full gain gang get gets give gives global goes good government governments group groups hack hacked hacker
    hackers hacking hacks has have help hide hides high hijack hijacked hit hits hospital host hosts how hundreds id
    image images impact impacted impacting impacts in incident incidents infect infostealer infrastructure injection
    install installs intelligence international internet into investigates iot is issue issues it its japan japanese
    java july june kernel key keys kit know known korea korean large latest launch launches lead leading leak leaked
    leaks learn less let lets level like link linked linux loader local login mac major make makes malicious malware
    management many march massive may medium memory microsoft million mobile model models module months more most
    multiple named national nation network networks new news next no north npm now of off old on one online only open
    open-source openings operation operations operators or order organization organizations os other others out over
    package packages page part partners password passwords patch patched patches payload payment people personal
    phishing phone platform play plugin poc police popular portal post pre-auth press privacy privilege privileges
    product products protect protection proof public publishes put python quarter ransom ransomware rat rce read
    recent record registry release released releases remote remove report reported reportedly reports research
    researcher researchers responders response restore reveal revealed reveals review rise risk risks rogue root
    router routers run running runs russia russian safe said same say says scam scams scanner script secret secrets
    sector secure security sell sensitive seen server servers service services session sets several severe severity
    share shared since site sites software source sources south sue sued sues lawsuit alleged accused spy spyware
    state state-backed state-sponsored steal stealer stealing steals still stole stolen stop store supply suspected
    system systems take takeover takes target targeted targeting targets team tech technique than that the their them
    they third-party this thousands threat threats three through to token tokens tool tools top trend trojan two
    under unauthenticated united unpatched up update updated updates urge urged urges us u.s use used user users uses
    using vendor version versions via victim victims video vpn vulnerabilities vulnerability vulnerable wants warn
    warned warning warns was we web website websites week were what when which who why wi-fi will windows with
    without world year years you your zero-day zero-days 2023 2024 2025 2026 2027 10 12 four five six seven eight
    nine ten january february april august september october november december
    """.split()
)
# The same in Japanese, longest first; a run of characters made of nothing but these names nothing.
_COMMON_JAPANESE = re.compile(
    "|".join(
        sorted(
            """
    サイバー 攻撃 攻撃者 脆弱 脆弱性 弱性 不正 不正アクセス 情報 個人 個人情報 漏えい 流出 公開 発表 確認 悪用 修正
    更新 対策 注意 喚起 注意喚起 被害 企業 会社 製品 利用 利用者 システム サーバー サーバ アクセス データ
    セキュリティ セキュリティー マルウェア ランサムウェア ランサム フィッシング メール サイト サービス ソフトウェア
    ソフト プログラム ファイル コード アカウント パスワード ユーザー ユーザ アップデート ネットワーク 報告 報告書
    調査 分析 国内 海外 日本 標的 新た 新種 影響 可能 可能性 発生 原因 概要 緊急 深刻 任意 実行 認証 回避 遠隔 口座 ログイン
    入力 認証情報 パスキー 本人 誘導 手口 番号
    詐欺 偽 週間 年間 以上 最大 顧客 会員 委託 大学 病院 社員 職員 送信 設定 閲覧 状態 第三者 復旧 停止 障害 警察
    逮捕 容疑 政府 研究所 研究者 グループ 集団 国家 支援 ゼロデイ パッチ 公表 開始 提供 機能 追加 対応 必要 推奨 重大
    複数 バージョン ブラウザ ブラウザー 拡張 アプリ スマホ スマートフォン 銀行 証券 決済 カード クレジット 装置 機器
    管理 画面 設置 拡散 感染 侵入 窃取 盗む サポート ウイルス トロイ バックドア ボット ボットネット プラグイン
    パッケージ クラウド オンライン ウェブ ページ リンク 添付 請求書 通知 不在 通報 件 再 新 誤 米 男 約 月 日 年 者
    的 化 性 型 用 中 内 間 系 部 局 省 庁 県 市 装
            """.split(),
            key=len,
            reverse=True,
        )
    )
)
# Names in the news every day: two headlines that share one of these may still be about two events.
_EVERYDAY = frozenset(
    """
    openai anthropic claude chatgpt gpt gemini copilot deepseek google chrome apple iphone ipad adobe cisco fortinet
    ivanti sonicwall palo alto vmware broadcom oracle sap citrix juniper check point crowdstrike amazon aws azure
    facebook meta instagram whatsapp telegram signal discord twitter github gitlab npm pypi docker kubernetes
    wordpress drupal joomla apache nginx openssl mozilla firefox edge safari sharepoint exchange outlook office teams
    active directory nvidia intel amd samsung huawei siemens schneider rockwell mitsubishi hugging face jfrog lazarus
    apt28 apt29 ukraine ukrainian israel israeli iran iranian taiwan middle east africa asia india australia
    australian uk british canada canadian germany german france french dutch italy italian spain thailand washington
    congress water energy power utility plant grid health healthcare bank education school university finance
    insurance telecom airline retail senate fcc ftc doj dhs nsa ncsc europol interpol ibm sophos kaspersky eset talos
    mandiant proofpoint zimbra teamcity jenkins マイクロソフト グーグル アップル アマゾン シスコ オラクル クローム
    ウィンドウズ 北朝鮮 中国 ロシア 米国 韓国 台湾
    """.split()
)
_SUFFIX = re.compile(r"(?:'s|’s|s')$")
_KEV = re.compile(
    r"\bknown exploited vulnerabilit|\bkev\b|\bcisa\b.{0,40}\badds?\b.{0,80}\b(?:catalog|exploited)|悪用(?:が確認|済み).{0,20}カタログ",
    re.IGNORECASE,
)
_PERIODICAL = re.compile(
    r"\b(?:week(?:ly)? (?:in|update|recap|review|round-?up|threat|security)|(?:this|last) week in|week \d{1,2}\b|newsletter|round-?up|recap"
    r"|podcast|stormcast|digest|episode|s\d{2}e\d{2}|patch tuesday|monthly|bulletin|in review|the good, the bad|threat trend report"
    r"|ics advisory \(icsa)|まとめ|週報|月報|今週の|今月の",
    re.IGNORECASE,
)
# Classes of weakness as headlines name them (CWE's most used ones), each one name whatever the language.
_WEAKNESSES = {
    name: re.compile(pattern, re.IGNORECASE)
    for name, pattern in {
        "overflow": r"\boverflow|オーバーフロー",
        "traversal": r"\b(?:path|directory) traversal|(?:パス|ディレクトリ)・?トラバーサル",
        "sql injection": r"\bsql injection|\bsqli\b|SQLインジェクション",
        "cross-site scripting": r"\bcross-site scripting|\bxss\b|クロスサイト・?スクリプティング",
        "request forgery": r"\brequest forgery|\b[cs]srf\b|リクエスト・?フォージェリ",
        "use after free": r"\buse[- ]after[- ]free|解放済みメモリ",
        "deserialization": r"\bdeseriali[sz]ation|デシリアライ",
        "authentication bypass": r"\bauth(?:entication)? bypass|認証(?:の)?(?:回避|バイパス)",
        "denial of service": r"\bdenial[- ]of[- ]service|サービス(?:運用)?妨害",
    }.items()
}


def words(text: str) -> Counter[str]:
    """Words of `text`, lower case and without a plural's or possessor's s; of Japanese what runs of Kanji or
    Katakana hold beside common words, and pairs and triples of characters as PIECEs. CVE numbers are left out: `cves` compares them.
    """
    folded = CVE.sub(" ", text.casefold())
    counted = Counter(in_order(folded))
    for run in _CJK.findall(folded):
        for name in _JAPANESE_NAME.findall(run):
            counted.update(part for part in _COMMON_JAPANESE.split(name) if len(part) > 1)
        counted.update(PIECE + run[at : at + size] for size in (2, 3) for at in range(len(run) - size + 1))
    return counted


def in_order(text: str) -> list[str]:
    """Words of `text` in other scripts than Japanese, in their order, as `words` gives them."""
    return [_stem(word) for word in _WORD.findall(_CJK.sub(" ", text.casefold()))]


def written(title: str) -> tuple[frozenset[str], frozenset[str]]:
    """Words of a headline that it writes as names are written (with a capital or digit, and not as its first word), and
    those it writes small. The first word's capital says neither.
    """
    tokens = _WORD.findall(_CJK.sub(" ", title))
    small = {token for token in tokens if token.islower() and token.isalpha()}
    named = {token for at, token in enumerate(tokens) if at and token not in small}
    return frozenset(_stem(token.casefold()) for token in named), frozenset(map(_stem, small))


def is_common(word: str) -> bool:
    """Whether a word (as `words` gives it) says nothing of which event a headline is about."""
    return word.startswith(PIECE) or word in _STEMS or len(word) < 2 or (word.isdecimal() and len(word) < 3)


def is_japanese(word: str) -> bool:
    """Whether a word is a run of Japanese characters: part of a name as often as a whole one, for want of spaces."""
    return bool(_CJK.match(word))


def is_everyday(word: str) -> bool:
    """Whether a word is a name that many events of one week share."""
    return word in _EVERYDAY_STEMS


def cves(text: str) -> frozenset[str]:
    """CVE numbers a text names, upper case."""
    return frozenset(found.upper() for found in CVE.findall(text))


def weaknesses(title: str) -> frozenset[str]:
    """Classes of weakness a headline names: one product's two patches are two events."""
    return frozenset(name for name, pattern in _WEAKNESSES.items() if pattern.search(title))


def lists_known_exploited(title: str) -> bool:
    """Whether a headline is one of CISA's catalogue: they are alike word for word and name another list each time."""
    return bool(_KEV.search(title))


def is_periodical(title: str) -> bool:
    """Whether a headline is a recurring round-up, which tells many stories and is none."""
    return bool(_PERIODICAL.search(title))


def _stem(word: str) -> str:
    word = _SUFFIX.sub("", word)
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")) else word


_STEMS = frozenset(_stem(word) for word in _COMMON) | _COMMON
_EVERYDAY_STEMS = frozenset(_stem(word) for word in _EVERYDAY) | _EVERYDAY

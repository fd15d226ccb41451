"""Which section an item belongs to by its feed and headline (docs/contract.md 1.8, items 1, 2 and 7).

A feed of Japanese incidents also carries product vulnerabilities, statistics and warnings; those are not incidents and
go to the memo, left out. What no incident word names is not taken for an incident: a missing line is better than a
wrong one under 日本のインシデント事例.
"""

import re
import unicodedata

from secdigest_pipeline.intake.feeds.feeds import Feed
from secdigest_pipeline.intake.records import Section

_HAPPENED = re.compile(
    r"流出|漏え?い|漏洩|情報漏|紛失|誤送信|誤送付|誤配信|誤配布|誤交付|誤公開|誤廃棄|誤掲載|誤表示|誤封入|誤発送|誤開示|"
    r"メール送信ミス|送信先ミス|宛先ミス|BCC|盗難|窃取|置き忘れ|車上荒らし|不正アクセス|不正ログイン|不正侵入|不正送信|不正送金|"
    r"不正利用|不正引き出し|不正取得|不正閲覧|不正持ち?出し|持ち出し|持ち出す|改ざん|乗っ取|踏み台|サイバー攻撃|DDoS攻撃で|"
    r"ランサム|マルウェア感染|ウイルス感染|Emotetに?感染|エモテットに?感染|感染(し|被害|か|の?可能性)|暗号化され|サポート詐欺|"
    r"遠隔操作|設定ミス|設定不備|誤設定|閲覧(可能|できる)|外部から閲覧|アクセス可能な状態|公開状態|丸見え|個人情報|顧客情報|"
    r"情報が(公開|表示)|システム障害|業務システムに障害|被害"
)
_SURELY_HAPPENED = re.compile(
    r"流出|漏え?い|漏洩|紛失|誤送信|誤送付|盗難|置き忘れ|不正アクセス(を?受|で|か|、|の?可能性|により|被害)|不正ログイン(され|か|で)|"
    r"持ち出し|改ざん(され|被害|か)|乗っ取ら|踏み台に|感染(し|か|の?可能性)|暗号化され|サポート詐欺(で|に遭|の?被害)|閲覧(可能|できる)"
)
# Product fixes, statistics, offers: never an incident, whatever else the headline says.
_OTHER = re.compile(
    r"アップデート|セキュリティ更新|更新プログラム|月例パッチ|パッチ|修正版|(件|を|が|に)修正|件数|前年|前月比|前期比|前四半期|"
    r"[1-4１-４]Q|四半期|上半期|下半期|[\d０-９]割|統計|ランキング|10大脅威|意識調査|実態調査|調査結果|レポート|白書|ガイドライン|"
    r"手引き?|セミナー|イベント|コンテスト|演習|提供を?開始|新サービス|新機能|新製品|ソリューション|サポート終了|法案|予算|"
    r"(逮捕|有罪|書類送検|摘発)"
)
_WARNING = re.compile(
    r"注意喚起|に注意|ご注意|注意を|注意呼|呼び?かけ|警告|警戒|偽サイト|装うフィッシング|装う偽|騙るフィッシング|なりすます"
)
_VULNERABILITY = re.compile(r"脆弱性|ゼロデイ|バックドア|RCE|サービス拒否|KEV|CVE-")
_EXPLOITED = re.compile(r"(脆弱性|ゼロデイ)[をが]?(突|つか|つい|悪用され|起因|原因|経由)")
# After the last dash stands the organisation; these report about others' incidents.
_OBSERVERS = re.compile(
    r"(米?CISA|IPA|JPCERT(/CC)?|JVN|警察庁|警視庁|.{1,4}[県府都道]警|フィッシング対策協議会|金融庁|総務省|経産省|NISC|国家サイバー統括室|"
    r"個人情報保護委員会|個情委|FBI|米?当局|.{1,6}調査|民間調査|.{0,4}政府)"
)
_ORGANISATION = re.compile(r"\s[-–—]\s([^-–—]+)$")


def section_of(feed: Feed, title: str) -> tuple[Section, str]:
    """The section of an item of `feed` with this headline, and "not_news" when it is left out for it (else "")."""
    if feed.section == "news":
        return "news", ""
    return ("jp_incidents", "") if is_incident(title) else ("memo", "not_news")


def is_incident(title: str) -> bool:
    """Whether a Japanese headline reports an incident at an organisation, such as `<what happened> - <organisation>`."""
    title = unicodedata.normalize("NFKC", title)
    named = _ORGANISATION.search(title)
    what = title[: named.start()] if named else title
    if not _HAPPENED.search(what) or _OTHER.search(what):
        return False
    if named and _OBSERVERS.fullmatch(named[1].strip()):
        return False
    if _VULNERABILITY.search(what) and not _EXPLOITED.search(what):
        return False
    # "…, beware of suspicious mail" ends many reports of what did happen; a warning alone is none.
    return not _WARNING.search(what) or (named is not None and _SURELY_HAPPENED.search(what) is not None)

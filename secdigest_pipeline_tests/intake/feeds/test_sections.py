"""Headlines of a Japanese incident feed: incidents at organisations on one side, everything else on the other."""

import pytest

from secdigest_pipeline.intake.feeds.feeds import Feed
from secdigest_pipeline.intake.feeds.sections import is_incident, section_of

JP = Feed("jp", "架空セキュリティ", "https://jp.example/feed", "https://jp.example/", "ja", "news", "jp_incidents")
EN = Feed("en", "Invented News", "https://en.example/feed", "https://en.example/", "en", "news")

INCIDENTS = [
    "メール誤送信で会員のメールアドレスが流出 - 架空協会",
    "サーバに不正アクセス、個人情報流出の可能性 - 架空商事",
    "ランサム被害で業務システムに障害 - 架空病院",
    "個人情報含むUSBメモリを紛失 - 架空市",
    "サポート詐欺で教員の端末が遠隔操作、個人情報が保存 - 架空小学校",
    "テイクアウト予約サイトで顧客情報が漏えいした可能性 - 架空食堂",
    "海外子会社に不正アクセス、影響を調査 - 架空スポーツ",
    "クラウドの設定ミスで申込者情報が閲覧可能に - 架空県",
    "メールアカウントに不正ログイン、スパムの踏み台に - 架空大",
    "脆弱性突かれ不正アクセス、ウェブサイトが改ざん - 架空工業",
    "顧客情報が流出、不審メールに注意呼びかけ - 架空銀行",
    "元従業員が顧客情報を不正持出 - 架空不動産",
    "委託先でランサムウェア感染、影響を確認中 - 架空生協",
    "フォームの設定不備で他人の情報が表示 - 架空塾",
    "サイトが改ざん被害、別サイトへ誘導 - 架空法人",
    "イラスト投稿サイトでアカウントの不正ログインか",
]

OTHERS = [
    "「架空ブラウザ」のアップデートが公開 - 脆弱性5件を修正",
    "「架空サーバ」に情報漏えいの脆弱性 - アップデートを",
    "架空製VPN機器の脆弱性悪用に注意喚起 - CISA",
    "「架空DB」に深刻な脆弱性 - 早急に対応を",
    "ランサム被害の報告件数、前年同期から2割増 - 警察庁",
    "フィッシング報告が過去最多 - フィッシング対策協議会",
    "銀行を装うフィッシングに注意",
    "2026年3Qの脆弱性届出は200件 - IPA",
    "サポート詐欺の相談が増加、注意を - IPA",
    "期限切れドメインを第三者が取得、注意呼びかけ - 架空市",
    "情報漏えい対策の新サービスを提供開始 - 架空システム",
    "個人情報保護委員会がガイドラインを改定",
    "セキュリティ人材の育成プログラム - 架空省",
    "国内組織のサイバー攻撃被害、実態調査の結果を公表 - 架空総研",
    "",
]


@pytest.mark.parametrize("title", INCIDENTS)
def test_an_incident_headline_goes_to_the_japanese_incidents(title: str) -> None:
    assert is_incident(title)
    assert section_of(JP, title) == ("jp_incidents", "")


@pytest.mark.parametrize("title", OTHERS)
def test_what_is_no_incident_goes_to_the_memo_and_is_left_out(title: str) -> None:
    assert not is_incident(title)
    assert section_of(JP, title) == ("memo", "not_news")


def test_other_feeds_are_news_whatever_their_headlines_say() -> None:
    assert section_of(EN, "サーバに不正アクセス - 架空商事") == ("news", "")

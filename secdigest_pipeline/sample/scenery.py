"""HTML of the sample world's pages: article text inside the nav, banners, side columns and footers real sites have."""

from collections.abc import Sequence
from html import escape
from string import Template

from secdigest_pipeline.base.editions import JST
from secdigest_pipeline.sample.content import Article, Entry, Site

_PAGE = Template("""<!DOCTYPE html>
<html lang="$lang">
<head>
<meta charset="$encoding">
<title>$title | $name</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="description" content="$summary">
<meta property="og:type" content="article">
<meta property="og:title" content="$title">
<meta property="og:site_name" content="$name">
<meta property="article:published_time" content="$iso">
<link rel="canonical" href="$url">
<style>body{font-family:sans-serif;margin:0}.wrap{display:flex;max-width:70rem;margin:auto;gap:2rem}
aside{max-width:18rem}.cookie-consent{background:#222;color:#fff;padding:.6rem}table{border-collapse:collapse}
td,th{border:1px solid #ccc;padding:.3rem}</style>
</head>
<body class="$layout">
<div id="cookie-banner" class="cookie-consent" role="dialog">$cookies</div>
<header class="site-header"><a class="logo" href="http://$host/">$name</a><p class="tagline">$tagline</p>
<nav class="main-nav"><ul>$nav</ul></nav></header>
<div class="wrap">
<main>
$main
$appendix
$related
</main>
<aside class="sidebar">$aside</aside>
</div>
<footer class="site-footer">$footer</footer>
</body>
</html>
""")

_ARTICLE = Template("""<article class="post">
<header class="post-header"><h1>$title</h1>
<div class="byline">$byline</div>
<ul class="share-buttons"><li><a href="http://$host/share?to=post">$share</a></li><li><a href="http://$host/share?to=mail">$mail</a></li></ul></header>
<div class="article-body">
$body
</div>
</article>""")

_WORDS = {
    "en": {
        "cookies": "We use cookies to measure traffic and to show relevant offers. <button>Accept all</button> "
        "<button>Reject optional</button>",
        "share": "Share this post",
        "mail": "Send by mail",
        "related": "Related articles",
        "read": "Most read this week",
        "sponsor": "Sponsored: seven questions to ask before you renew your endpoint contract",
        "letter": "Get the morning briefing in your inbox. No spam, unsubscribe at any time.",
        "footer": "About us · Advertise · Terms of use · Privacy · Contact the newsroom",
        "invented": "This page belongs to the sample world of secdigest-pipeline. Everything in it is invented.",
    },
    "ja": {
        "cookies": "当サイトでは利便性の向上のためにクッキーを使用しています。 <button>同意する</button> "
        "<button>設定する</button>",
        "share": "この記事をシェア",
        "mail": "メールで送る",
        "related": "関連記事",
        "read": "アクセスランキング",
        "sponsor": "【PR】中小企業のためのログ管理入門セミナー(無料・オンライン)",
        "letter": "最新ニュースを毎朝お届けするメールマガジンの登録はこちら。",
        "footer": "運営会社 · 広告掲載 · 利用規約 · プライバシーポリシー · お問い合わせ",
        "invented": "このページは secdigest-pipeline のサンプル世界の一部です。内容はすべて架空です。",
    },
}


def article_page(site: Site, article: Article, related: Sequence[Article]) -> str:
    """The whole page of one article; `related` are linked below it and in the side column."""
    words = _WORDS[site.lang]
    local = article.published.astimezone(JST)
    title = escape(article.title)
    links = "".join(f'<li><a href="{escape(other.url)}">{escape(other.title)}</a></li>' for other in related)
    tags = "".join(
        f'<li><a rel="tag" href="http://{site.host}/tag/{n}">{escape(tag)}</a></li>'
        for n, tag in enumerate(article.tags)
    )
    main = _ARTICLE.substitute(
        title=title,
        byline=f'<span class="author">{escape(article.author)}</span> <time datetime="{local.isoformat()}">'
        f"{local:%Y-%m-%d %H:%M}</time>",
        share=words["share"],
        mail=words["mail"],
        host=site.host,
        body=article.body,
    )
    return _frame(
        site,
        title=title,
        url=article.url,
        encoding=article.encoding,
        summary=escape(article.summary),
        iso=local.isoformat(),
        main=main,
        appendix=f'<section class="appendix">\n{article.appendix}\n</section>' if article.appendix else "",
        related=f'<ul class="tags">{tags}</ul>\n'
        f'<section class="related-posts"><h2>{words["related"]}</h2><ul>{links}</ul></section>'
        f'\n<div class="newsletter">{words["letter"]}</div>',
        aside=f'<h3>{words["read"]}</h3><ol>{links}</ol><p class="ad">{words["sponsor"]}</p>',
    )


def front_page(site: Site, articles: Sequence[Article]) -> str:
    """A list of the site's articles, newest first."""
    items = "".join(f'<li><a href="{escape(one.url)}">{escape(one.title)}</a></li>' for one in articles)
    main = f"<h1>{escape(site.name)}</h1><ul>{items}</ul>"
    return _plain(site, site.name, main)


def headline_page(site: Site, entry: Entry) -> str:
    """The short page behind an incident headline."""
    return _plain(site, entry.title, f"<article><h1>{escape(entry.title)}</h1><p>{escape(entry.summary)}</p></article>")


def missing_page(site: Site) -> str:
    """What a site shows for a page that is gone."""
    return _plain(site, "Page not found", "<h1>Page not found</h1><p>The page you asked for has been removed.</p>")


def challenge_page(site: Site) -> str:
    """What a site shows to a reader it takes for a robot."""
    return (
        f'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Just a moment...</title></head><body>'
        f"<h1>{escape(site.host)}</h1>"
        "<p>Checking your browser before you continue. Please enable JavaScript and cookies.</p>"
        '<form id="challenge-form" action="/challenge" method="post">'
        '<input type="hidden" name="token" value="0"></form></body></html>'
    )


def _plain(site: Site, title: str, main: str) -> str:
    return _frame(
        site, title=escape(title), url=f"http://{site.host}/", encoding="utf-8", summary=escape(site.tagline), iso="",
        main=main, appendix="", related="", aside="",
    )  # fmt: skip


def _frame(site: Site, **parts: str) -> str:
    words = _WORDS[site.lang]
    nav = "".join(
        f'<li><a href="http://{site.host}/section/{n}">{escape(name)}</a></li>' for n, name in enumerate(site.nav)
    )
    return _PAGE.substitute(
        parts,
        lang=site.lang,
        name=escape(site.name),
        host=site.host,
        layout=site.layout,
        tagline=escape(site.tagline),
        nav=nav,
        cookies=words["cookies"],
        footer=f"<p>{words['footer']}</p><p>© 2026 {escape(site.name)}. {words['invented']}</p>",
    )

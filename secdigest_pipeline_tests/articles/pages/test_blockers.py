"""Pages in the place of the article: challenges, consent walls, maintenance, soft 404s; and articles about them."""

import pytest

from secdigest_pipeline.articles.pages.blockers import redirected_away, wall
from secdigest_pipeline_tests.articles.rows import PROSE, html

CLOUDFLARE = (
    "<!DOCTYPE html><html><head><title>Just a moment...</title><script>window._cf_chl_opt={cvId:'3'};</script></head>"
    "<body><noscript>Enable JavaScript and cookies to continue</noscript></body></html>"
)


@pytest.mark.parametrize(
    ("body", "headers", "state"),
    [
        (CLOUDFLARE, {}, "blocked"),
        (html(), {"cf-mitigated": "challenge"}, "blocked"),
        (html(), {"x-amzn-waf-action": "challenge"}, "blocked"),
        ("<title>Attention Required! | Cloudflare</title><h1>Sorry, you have been blocked</h1>", {}, "blocked"),
        ("<title>Pardon Our Interruption</title><p>As you were browsing ...", {}, "blocked"),
        ("<title>wire.test</title><p>Please enable JS and disable any ad blocker</p>", {}, "blocked"),
        ("<title>wire</title><div id='px-captcha'>Press and hold</div>", {}, "blocked"),
        ("<title>Before you continue to Example</title><form>", {}, "blocked"),
        ("<title>Wire | Under maintenance</title><p>We will be back soon.", {}, "blocked"),
        ("<title>メンテナンス中 | サンプル通信</title><p>しばらくお待ちください。", {}, "blocked"),
        ("<title>404 Not Found</title><h1>Not Found</h1>", {}, "gone"),
        ("<title>ページが見つかりません | サンプル通信</title>", {}, "gone"),
        ("<body><p>You need to enable JavaScript to run this app.</p><div id=root></div>", {}, "blocked"),
    ],
)
def test_walls_are_told_from_articles(body: str, headers: dict[str, str], state: str) -> None:
    found = wall(200, headers, body.encode())
    assert found is not None
    assert found[0] == state
    assert found[1]


def test_a_shift_jis_maintenance_page_is_recognised() -> None:
    body = '<meta charset="Shift_JIS"><title>メンテナンス中</title>'.encode("cp932")
    assert wall(200, {}, body) == ("blocked", "maintenance page: メンテナンス中")


@pytest.mark.parametrize(
    "body",
    [
        html(),
        html(title="Just a moment... how ClickFix pages imitate Cloudflare"),
        html("<pre>window._cf_chl_opt = {}; Enable JavaScript and cookies to continue</pre><p>px-captcha</p>" + PROSE),
        html("<script src='/cdn-cgi/challenge-platform/scripts/jsd/main.js'></script>"),
        html("<noscript>Please enable JavaScript to see the comments.</noscript>"),
        html(title="Maintenance windows of three banks abused for fraud"),
        html(title="Access denied"[:6] + " logs show how the intruders moved"),
    ],
)
def test_an_article_that_shows_the_signs_of_a_wall_is_an_article(body: str) -> None:
    assert wall(200, {"content-type": "text/html"}, body.encode()) is None


@pytest.mark.parametrize("sign", ["<", "<script", "<title", "<style>", "px-captcha<script>", "g-recaptcha<" + "a" * 50])
def test_recognition_is_linear_on_hostile_markup(sign: str) -> None:
    wall(200, {}, b"<title>404 not found</title>px-captcha" + sign.encode() * (290_000 // len(sign)))


@pytest.mark.parametrize(
    ("url", "final", "state"),
    [
        ("https://wire.test/2026/a", "https://wire.test/", "gone"),
        ("https://wire.test/2026/a", "https://wire.test/index.html", "gone"),
        ("https://wire.test/2026/a", "https://wire.test/en/", "gone"),
        ("https://wire.test/2026/a", "https://consent.wire.test/collect?x=1", "blocked"),
        ("https://wire.test/2026/a", "https://wire.test/login?next=a", "blocked"),
        ("https://wire.test/2026/a", "https://wire.test/2026/a/", None),
        ("http://wire.test/2026/a", "https://www.wire.test/2026/a", None),
        ("https://wire.test/", "https://www.wire.test/", None),
        ("https://wire.test/2026/a", "https://other.test/story/login-flaw", None),
    ],
)
def test_redirects_away_from_the_article_are_told(url: str, final: str, state: str | None) -> None:
    found = redirected_away(url, final)
    assert (found[0] if found else None) == state

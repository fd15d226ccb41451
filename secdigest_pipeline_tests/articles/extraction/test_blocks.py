"""Where indicators stand on real pages: every layout of docs/decisions/whole-page.md is kept in the whole page's text."""

import hashlib
from collections.abc import Callable

import pytest

from secdigest_pipeline.articles.extraction.extract import MAX_LINKS, extract_page
from secdigest_pipeline_tests.articles.rows import PARAGRAPHS, PROSE, TITLE, html

HASHES = [hashlib.sha256(bytes([n])).hexdigest() for n in range(12)]
DOMAINS = [f"gate-{n}[.]amber-{n}[.]example" for n in range(12)]
PAIRS = list(zip(HASHES, DOMAINS, strict=True))
VALUES = [*HASHES, *DOMAINS]


def table(cell: str = "{}", attributes: str = "") -> str:
    rows = "".join(f"<tr><td>{cell.format(h)}</td><td>{cell.format(d)}</td></tr>" for h, d in PAIRS)
    return f"<table {attributes}><tr><th>SHA-256</th><th>Domain</th></tr>{rows}</table>"


def bullets(wrap: str = "{}") -> str:
    return "<ul>" + "".join(f"<li>{wrap.format(value)}</li>" for value in VALUES) + "</ul>"


LINES = "\n".join(VALUES)
CODE_TABLE = (
    '<div class="highlight"><table><tr><td class="gutter"><pre>'
    + "\n".join(str(n) for n in range(24))
    + f'</pre></td><td class="code"><pre>{LINES}</pre></td></tr></table></div>'
)
LAYOUTS: dict[str, str | Callable[[], str]] = {
    "plain table": table(),
    "nested table": f"<table><tr><td>{table()}</td></tr></table>",
    "figure table": f"<figure>{table()}</figure>",
    "br cells": f"<table><tr><td>{'<br>'.join(HASHES)}</td><td>{'<br/>'.join(DOMAINS)}</td></tr></table>",
    "p b cells": table("<p><b>{}</b></p>"),
    "list in a cell": f"<table><tr><td>IOCs</td><td>{bullets()}</td></tr></table>",
    "pre": f"<pre>{LINES}</pre>",
    "pre code": f"<pre><code>{LINES}</code></pre>",
    "code table": CODE_TABLE,
    "highlighted code": f"<pre><code>{''.join(f'<span class=line><span>{v}</span></span>{chr(10)}' for v in VALUES)}</code></pre>",
    "dl": "<dl>" + "".join(f"<dt>{h}</dt><dd>{d}</dd>" for h, d in PAIRS) + "</dl>",
    "blockquote": f"<blockquote>{'<br>'.join(VALUES)}</blockquote>",
    "details": f"<details><summary>IOCs</summary>{bullets()}</details>",
    "ul": bullets(),
    "ul of code": bullets("<code>{}</code>"),
    "table of links": table('<a href="https://scan.example/x">{}</a>'),
    "list of links": bullets('<a href="https://scan.example/x">{}</a>'),
    "rows of div": "".join(f"<div class=row><div>{h}</div><div>{d}</div></div>" for h, d in PAIRS),
    "hidden tab": f'<div class="tab" style="display:none">{table()}</div>',
    "aria-hidden accordion": f'<div aria-hidden="true">{bullets()}</div>',
    "footer class": f'<div class="footer-iocs">{bullets()}</div>',
    "related class": f'<div class="related-iocs">{bullets()}</div>',
    "notebook output": f'<div class="output_subarea output_text"><pre>{LINES}</pre></div>',
    "aside": f"<aside>{bullets()}</aside>",
    "textarea": f"<textarea>{LINES}</textarea>",
    "buttons": "".join(f"<button>{value}</button>" for value in VALUES),
    "inputs": "".join(f'<input type="text" readonly value="{value}">' for value in VALUES),
    "select": "<select>" + "".join(f"<option>{value}</option>" for value in VALUES) + "</select>",
    "zero width": bullets().replace("e", "e\u200b"),
    "soft hyphen": "<p>" + " ".join(v[:20] + "&shy;" + v[20:] for v in VALUES) + "</p>",
    "wbr": "<p>" + " ".join(v[:20] + "<wbr>" + v[20:] for v in VALUES) + "</p>",
    "split by span": "<p>" + " ".join(v.replace("[.]", "<span>[.]</span>") for v in VALUES) + "</p>",
    "touching links": "<p>" + "".join(f"<a href='/x'>{v}</a>" for v in VALUES) + "</p>",
    "iframe fallback": f"<object>{bullets()}</object>",
    "noscript": f"<noscript>{bullets()}</noscript>",
}


def page_text(body: str) -> str:
    return extract_page(body.encode(), "", "https://wire.test/a", TITLE).page_text


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_value_of_a_layout_stands_whole_in_the_page_text(layout: str) -> None:
    text = page_text(html(str(LAYOUTS[layout]).replace("&lt;", "<")))
    for value in VALUES:
        assert value in text
    words = set(text.replace("\n", " ").split())
    assert set(HASHES) <= words or layout == "inputs"


def test_an_appendix_after_the_article_is_in_the_page_text() -> None:
    text = page_text(html().replace("</main>", f"</main><section><h2>Indicators</h2>{table()}</section>"))
    assert all(value in text for value in VALUES)


def test_cells_of_a_row_stand_on_one_line_and_rows_on_their_own() -> None:
    lines = page_text(html(table())).split("\n")
    assert "SHA-256 | Domain" in lines
    assert f"{HASHES[3]} | {DOMAINS[3]}" in lines


def test_a_layout_table_is_no_row() -> None:
    text = page_text(f"<table><tr><td><p>Menu</p><p>Home</p></td><td><h1>{TITLE}</h1>{PROSE}</td></tr></table>")
    assert all(paragraph in text.split("\n") for paragraph in PARAGRAPHS)


def test_code_keeps_its_lines_and_indentation() -> None:
    text = page_text(html("<pre>def f(x):\n    if x:\n\treturn 1\n</pre>"))
    assert "def f(x):\n    if x:\n    return 1" in text


def test_scripts_styles_comments_and_link_targets_are_not_page_text() -> None:
    text = page_text(
        html(
            "<script>var a='script-value'</script><style>.style-value{}</style><!-- comment-value -->"
            '<template>template-value</template><a href="https://target-value.example/">seen</a>'
        )
    )
    assert "seen" in text
    assert not [word for word in ("script", "style", "comment", "template", "target") if f"{word}-value" in text]


def test_links_are_absolute_in_order_and_bounded() -> None:
    body = '<base href="https://cdn.test/x/">' + "".join(
        f"<a href='{href}'>t</a>"
        for href in (
            "p",
            "/q",
            "//h.test/r",
            "https://e.test/s#f",
            "javascript:alert(1)",
            "mailto:a@b.test",
            "file:///etc/passwd",
            "#top",
            "http://[bad/",
            "data:text/html,x",
        )
    )
    links = extract_page(body.encode(), "", "https://wire.test/a", "").links
    assert [url for url, _ in links] == [
        "https://cdn.test/x/p",
        "https://cdn.test/q",
        "https://h.test/r",
        "https://e.test/s#f",
    ]
    many = extract_page(b"<a href='/x'>y</a>" * (MAX_LINKS + 50), "", "https://wire.test/a", "").links
    assert len(many) == MAX_LINKS

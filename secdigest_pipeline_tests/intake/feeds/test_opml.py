"""OPML lists as feeds.yaml entries: unique ids, refused addresses by name, and nothing hostile expanded."""

from xml.sax.saxutils import quoteattr

import pytest

from secdigest_pipeline.intake.feeds.opml import MAX_OPML_BYTES, MAX_OUTLINES, Imported, OpmlError, read_opml


def opml(*outlines: str, head: str = "") -> bytes:
    return f'<?xml version="1.0"?>{head}<opml version="2.0"><body>{"".join(outlines)}</body></opml>'.encode()


def outline(url: str, title: str = "Invented News", **more: str) -> str:
    attributes = {"type": "rss", "text": title, "xmlUrl": url, **more}
    return "<outline " + " ".join(f"{name}={quoteattr(value)}" for name, value in attributes.items()) + "/>"


def read(*outlines: str) -> Imported:
    return read_opml(opml(*outlines), (), {})


def test_a_feed_becomes_an_entry_of_the_list() -> None:
    (entry,) = read(outline("https://news.example/feed", htmlUrl="https://news.example/home", language="de-AT")).entries
    assert entry == {
        "id": "invented-news",
        "name": "Invented News",
        "url": "https://news.example/feed",
        "site": "https://news.example/home",
        "lang": "de",
        "kind": "news",
        "enabled": True,
    }


def test_folders_are_gone_through_and_attribute_names_may_have_any_case() -> None:
    nested = f'<outline text="Folder"><outline text="Deeper">{outline("http://a.example/f")}</outline></outline>'
    other = '<outline TEXT="B" XMLURL="http://b.example/f"/>'
    assert [entry["url"] for entry in read(nested, other).entries] == ["http://a.example/f", "http://b.example/f"]


def test_ids_are_unique_also_against_the_list_that_is_there() -> None:
    outlines = (outline(f"http://a.example/{n}") for n in range(3))
    found = read_opml(opml(*outlines), {"invented-news"}, {})
    assert [entry["id"] for entry in found.entries] == [f"invented-news-{n}" for n in (2, 3, 4)]


@pytest.mark.parametrize(
    ("url", "title", "id_", "lang"),
    [
        ("http://www.choryu.example/rss", "サイバー潮流", "choryu-example", "ja"),
        ("http://news.example.jp/rss", "Minato", "minato", "ja"),
        ("http://x.example/rss", "安全", "x-example", "en"),
        ("http://x.example/rss", "", "x-example", "en"),
        ("http://x.example/rss", "A<b>B</b>  &amp; C\u202e\u0000"[:-1], "ab-c", "en"),
    ],
)
def test_ids_and_languages_are_guessed_from_name_and_host(url: str, title: str, id_: str, lang: str) -> None:
    (entry,) = read(outline(url, title)).entries
    assert (entry["id"], entry["lang"]) == (id_, lang)
    assert entry["name"].isprintable() and entry["name"]


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("file:///etc/passwd", "is no http or https URL"),
        ("javascript:alert(1)", "is no http or https URL"),
        ("http://user:secret@a.example/feed", "carries credentials"),
        ("http://127.0.0.1/feed", "leads to no public host"),
        ("http://router/feed", "leads to no public host"),
        ("", "has an empty address"),
        ("http://a.example/\u202efeed", "is no http or https URL"),
        ("http://a.example/" + "a" * 600, "is no http or https URL"),
    ],
)
def test_addresses_that_are_refused_are_named_with_the_rule(url: str, reason: str) -> None:
    found = read(outline(url), outline("http://fine.example/feed"))
    ((address, said),) = found.refused
    assert said == reason and "secret" not in address and address.isprintable()
    assert [entry["url"] for entry in found.entries] == ["http://fine.example/feed"]


def test_a_feed_that_is_listed_already_is_not_listed_again() -> None:
    urls = {"http://a.example/feed": "a"}
    again = (
        outline("http://a.example/feed?utm_source=x"),
        outline("http://b.example/f"),
        outline("http://b.example/f"),
    )
    found = read_opml(opml(*again), {"a"}, urls)
    assert [reason for _, reason in found.refused] == [
        "is already listed as 'a'",
        "is already listed as 'invented-news'",
    ]
    assert len(found.entries) == 1


BOMB = (
    '<!DOCTYPE opml [<!ENTITY a "aaaaaaaaaa">'
    + "".join(f'<!ENTITY {new} "{f"&{old};" * 10}">' for old, new in zip("abcdefgh", "bcdefghi", strict=True))
    + "]>"
)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x00\xff not xml",
        b"<opml><body>",
        b"<html><body/></html>",
        opml('<outline text="&i;" xmlUrl="http://a.example/f"/>', head=BOMB),
        opml("<outline>&i;</outline>", head=BOMB),
        opml(
            '<outline text="&e;" xmlUrl="http://a.example/f"/>',
            head='<!DOCTYPE o [<!ENTITY e SYSTEM "file:///etc/passwd">]>',
        ),
        opml(outline("http://a.example/f"), head='<!DOCTYPE opml [<!ENTITY e "x">]>'),
        opml("<outline>" * 100_000),
        opml(outline("http://a.example/" + "a" * 20_000_000)),
        b" " * (MAX_OPML_BYTES + 1),
        opml(*(outline(f"http://a.example/{n}") for n in range(MAX_OUTLINES + 1))),
    ],
    ids=lambda data: data[:30].decode("latin-1"),
)
def test_what_is_no_list_or_means_harm_is_an_error_of_one_line(data: bytes) -> None:
    with pytest.raises(OpmlError) as error:
        read_opml(data, (), {})
    assert "\n" not in str(error.value) and len(str(error.value)) < 300


def test_a_deep_list_and_one_in_another_encoding_are_read() -> None:
    deep = "<outline>" * 200 + outline("http://a.example/f") + "</outline>" * 200
    assert len(read(deep).entries) == 1
    text = opml(outline("http://a.example/f", "サイバー")).decode().replace('"1.0"', '"1.0" encoding="shift_jis"')
    assert read_opml(text.encode("shift_jis"), (), {}).entries[0]["name"] == "サイバー"

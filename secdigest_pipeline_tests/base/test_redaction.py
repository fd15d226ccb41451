"""What may be printed: no spelling of a secret is found in what is left of a text or a URL, and harmless parts stay."""

import base64
from urllib.parse import quote

import pytest

from secdigest_pipeline.base.redaction import (
    HIDDEN,
    WITHHELD,
    carries_credentials,
    known_secrets,
    redacted,
    shown_url,
    url_secrets,
    without,
)

BODY = "hUnter2-of-the_Invented-desk-0451"
KEY = f"sk-ant-api03-{BODY}"
PASSWORD = "hunter2hunter2"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (f"not with {KEY}, please", f"not with sk-ant-api03-{HIDDEN}, please"),
        (f"not with {KEY.upper()}", f"not with SK-ANT-API03-{HIDDEN}"),
        (f"{BODY}{BODY} twice", f"{HIDDEN} twice"),
        (f"the first {BODY[:20]}", f"the first {HIDDEN}"),
        (f"the last {BODY[-8:]}", f"the last {HIDDEN}"),
        (f"{BODY[:16]} and {BODY[16:]}", f"{HIDDEN} and {HIDDEN}"),
        (f"İ before {BODY} İ", f"İ before {HIDDEN} İ"),
        ("keys begin with sk-ant-api03-", "keys begin with sk-ant-api03-"),
        ("of the desk, an invention", "of the desk, an invention"),
        ("", ""),
    ],
)
def test_a_known_secret_and_its_longer_pieces_are_cut_out(text: str, shown: str) -> None:
    assert without(text, [KEY]) == shown


@pytest.mark.parametrize(
    "spelt",
    [
        quote(KEY).replace("-", "%2D").replace("_", "%5f"),
        "".join(f"%{ord(char):02x}" for char in KEY),
        "".join(f"%25{ord(char):02X}" for char in KEY),
        "".join(f"&#{ord(char)};" for char in KEY),
        "".join(f"&#x{ord(char):x};" for char in KEY),
        "".join(f"\\u00{ord(char):02x}" for char in KEY),
        " ".join(KEY),
        "\u200b".join(KEY),
        "-\n".join(KEY),
        "".join(chr(ord(char) + 0xFEE0) for char in KEY),
        KEY.replace("-", "_"),
    ],
)
def test_a_text_that_spells_a_secret_in_another_way_is_withheld(spelt: str) -> None:
    assert without(f"refused: {spelt}", [KEY]) == WITHHELD


def test_what_is_not_found_is_what_the_docstring_says() -> None:
    for text in (BODY[:7], base64.b64encode(KEY.encode()).decode(), KEY[::-1]):
        assert without(text, [KEY]) == text
    assert without("abc is in every alphabet", ["abc"]) == "abc is in every alphabet"
    assert without("a pin1 is cut", ["pin1"]) == f"a {HIDDEN} is cut"


def test_the_secrets_of_an_environment_are_found_in_every_variable_that_holds_one() -> None:
    env = {
        "ANTHROPIC_API_KEY": KEY,
        "ANTHROPIC_AUTH_TOKEN": "token-0815-of-ours",
        "ANTHROPIC_CUSTOM_HEADERS": "anthropic-beta: thinking-2025\nProxy-Authorization: Bearer proxied-0815\nnone",
        "SECDIGEST_PG_URL": f"postgresql+psycopg2://me:{PASSWORD}@db/x?sslpassword=second%20one&host=/run",
    }
    found = known_secrets(env)
    assert {KEY, "token-0815-of-ours", "proxied-0815", PASSWORD, "second one", "second%20one"} <= set(found)
    assert not {"thinking-2025", "/run", "me", ""} & set(found)
    assert known_secrets({}) == ()


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("postgresql+psycopg2://db:5432/x", "postgresql+psycopg2://db:5432/x"),
        ("postgresql+psycopg2://postgres@/x?host=/run/a", "postgresql+psycopg2://***@/x?host=/run/a"),
        (
            f"postgresql+psycopg2://me:{PASSWORD}@db/x?port=5432&sslmode=require",
            "postgresql+psycopg2://***@db/x?port=5432&sslmode=require",
        ),
        (f"postgresql+psycopg2://db/x?password={PASSWORD}", "postgresql+psycopg2://db/x?password=***"),
        ("https://[2001:db8::1]:8443/a/b%20c", "https://[2001:db8::1]:8443/a/b%20c"),
        ("s3://bucket/folder", "s3://bucket/folder"),
        (f"abfs://container@account.example/x?sig={PASSWORD}", "abfs://***@account.example/x?sig=***"),
    ],
)
def test_the_harmless_parts_of_a_url_are_shown(url: str, shown: str) -> None:
    assert shown_url(url) == shown


SPELLINGS = [
    "s://me:{}@host/db",
    "s://{}@host/db",
    "s://me%3A{}@host/db",
    "s://me:a/{}@host/db",
    "s://me:a?{}@host/db",
    "s://me:a#{}@host/db",
    "s://me:a\\{}@host/db",
    "s://me:a@{}@host/db",
    "s://me:{}/b@host/db",
    "s://host:{}/db",
    "s://host;password={}/db",
    "s://host/db;password={}",
    "s://host/db%3Fpassword={}",
    "s://host/db%253Fpassword%253D{}",
    "s://host/db?password={}",
    "s://host/db?PASSWORD={}",
    "s://host/db?p%61ssword={}",
    "s://host/db?sslpassword={}&host=x",
    "s://host/db?host=x&{}",
    "s://host/db?{}=x",
    "s://host/db?host=a%40{}",
    "s://host/db?dbname=password={}",
    "s://host/db?host=x;password={}",
    "s://host/db?options=-c%20x%3D{}",
    "s://host/db?host=a@b&password={}",
    "s://host/db?host=x#{}",
    "s://host/db#{}",
    "zip://a::https://me:{}@host/db",
    "simplecache::s3://key:{}@host/db",
    "s:me:{}@host/db",
    "me:{}@host/db",
    "{}",
    "{}://host/db",
    "",
]


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_no_spelling_of_a_url_shows_its_password(spelling: str) -> None:
    # the name of a parameter or a scheme is shown when it can be one
    password = "9" + PASSWORD
    shown = shown_url(spelling.format(password))
    assert password not in shown and shown
    assert "hunter2" not in shown


@pytest.mark.parametrize(
    "spelling", [s for s in SPELLINGS if "://" in s and s not in ("{}://host/db", "s://host/db?{}=x")]
)
def test_what_a_driver_says_about_a_url_can_be_had_without_its_password(spelling: str) -> None:
    url = spelling.format(PASSWORD)
    assert PASSWORD not in without(f'connection to "{PASSWORD}" failed: {url}', url_secrets(url))


def test_what_a_driver_says_about_a_plain_url_stays() -> None:
    said = 'connection to server at "db", port 5432 failed: database "news" of "/run/pg" does not exist'
    assert without(said, url_secrets("postgresql+psycopg2://db:5432/news?host=/run/pg&sslmode=require")) == said


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("https://kev.example/kev.json?api_key=1", True),
        ("https://kev.example/kev.json?a=1&Access%2DToken=2", True),
        ("https://kev.example/kev.json?sig=1", True),
        ("https://kev.example/kev.json#key=1", True),
        ("https://kev.example/kev.json?format=json&author=x&keyword=y", False),
        ("https://kev.example/key/token", False),
    ],
)
def test_a_query_carries_credentials_when_a_parameter_is_named_like_one(url: str, found: bool) -> None:
    assert carries_credentials(url) == found


def test_what_looks_like_a_credential_is_hidden_where_nothing_is_known() -> None:
    assert (
        redacted("https://u:p@h.test/x?password=q and sk-ant-api03-AAAA") == "https://***@h.test/x?password=*** and ***"
    )

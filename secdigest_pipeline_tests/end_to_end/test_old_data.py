"""A data directory of an earlier version goes on under today's code: cleaned anew from its kept pages, nothing fetched or paid twice."""

import hashlib
import json
import os
import re
import socket
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from upath import UPath

from secdigest_pipeline.analysis.asking.replies import Replies, content_key
from secdigest_pipeline.analysis.reply.prompt import candidates
from secdigest_pipeline.articles.pages.archive import PageArchive
from secdigest_pipeline.articles.records import CLEANED_ARTICLES, Article
from secdigest_pipeline.base.characters import CHARACTERS_VERSION
from secdigest_pipeline.base.files import sha256
from secdigest_pipeline.base.tables import stored_rows
from secdigest_pipeline.indicators.finding.find import find
from secdigest_pipeline.sample import messages, web
from secdigest_pipeline.sample.world import World
from secdigest_pipeline_tests.end_to_end.conftest import SECDIGEST
from secdigest_pipeline_tests.fixtures import old_data, old_published

pytestmark = pytest.mark.slow

EDITION = "2026-10-02"
ICON = "\uf0c1"


@dataclass
class OldDeployment:
    """The directory of 6abc212 with today's code on it: the Messages API is up, every other server is down."""

    home: Path
    api: messages.MessagesApi
    env: dict[str, str]

    def made_again(self) -> str:
        """What `secdigest run` prints of the edition."""
        done = subprocess.run(
            [*SECDIGEST, "run", EDITION], env=self.env, capture_output=True, text=True, timeout=280, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def published(self) -> dict[str, str]:
        """SHA-256 by path, without the two files of the MISP feed that list every edition there is."""
        out = self.home / "out"
        return {
            str(path.relative_to(out)): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in out.rglob("*")
            if path.is_file() and path.name not in ("manifest.json", "hashes.csv")
        }

    def articles(self) -> dict[str, Article]:
        """The edition's articles by the end of their address."""
        path = UPath(self.home / "data" / "tables" / "cleaned_articles" / f"{EDITION}.parquet")
        return {article.url.rpartition("/")[2]: article for article in stored_rows(CLEANED_ARTICLES, path)}

    def icon_put(self, article: Article, words: str) -> None:
        """Let the kept page have an icon behind `words`."""
        archive = PageArchive(UPath(self.home / "data" / "pages"))
        page = archive.stored(article.article_id)
        assert page is not None
        body = archive.body(page.body_sha256 or "").decode()
        assert words in body
        archive.keep(replace(page, body_sha256=archive.keep_body(body.replace(words, words + ICON).encode())))

    def reply_moved(self, article: Article, text: str) -> None:
        """Let the kept reply about `article` be one about `text`."""
        replies = Replies(UPath(self.home / "data" / "llm"))
        listed = candidates(article, find(article.page_text))
        content = content_key(article, listed)
        (kept,) = replies.versions(content)
        (self.home / "data" / "llm" / "replies" / content[:2] / f"{kept.key}.json").unlink()
        about = replace(article, text=text, text_sha256=sha256(f"{article.title}\n{text}".encode()))
        replies.keep(replace(kept, key=content_key(about, listed) + kept.key.removeprefix(content)))


@pytest.fixture
def old(tmp_path: Path, fresh_database: str) -> Iterator[OldDeployment]:
    api = messages.MessagesApi(replies=World.load().replies())
    url, stop = messages.serve(api.app)
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))  # and nobody listens: whoever asks a page is refused
        env = {
            **os.environ,
            **web.settings_for(closed.getsockname()[1], url),
            "SECDIGEST_DATA": str(old_data(tmp_path / "data")),
            "SECDIGEST_OUT": str(tmp_path / "out"),
            "SECDIGEST_PG_URL": fresh_database,
            "COLUMNS": "200",
            "SECDIGEST_CHECK": "off",  # 6abc212 made one call an article, and has nothing more to be asked
        }
        yield OldDeployment(tmp_path, api, env)
    stop()


def test_an_edition_of_the_old_directory_is_made_again_without_a_call_a_download_or_another_byte_of_its_iocs(
    old: OldDeployment,
) -> None:
    before = old.articles()
    assert {article.characters for article in before.values()} == {None}
    printed = old.made_again()
    told = dict(
        re.findall(r"(model calls|downloads|fetched|history requests) (\d+)\b", printed.partition("\nEdition ")[0])
    )
    assert told == dict.fromkeys(("model calls", "downloads", "fetched", "history requests"), "0")
    assert old.api.calls.total() == 0
    now = old.articles()
    assert {article.characters for article in now.values()} == {CHARACTERS_VERSION}
    assert {key: article.text_sha256 for key, article in now.items()} == {
        key: article.text_sha256 for key, article in before.items()
    }
    published = old.published()
    assert {path for path in published if EDITION.replace("-", "") in path} >= {
        path for path in old_published() if EDITION.replace("-", "") in path
    }
    # the report says today what nobody checked, its log and other tools' files speak of the indicators that are known by now
    day = EDITION.replace("-", "")
    changed = {path for path, digest in published.items() if old_published().get(path) != digest}
    assert {path for path in changed if not path.startswith("exports/misp-feed/")} == {
        f"daily-news/news/2026_10-12/{day}.md",
        f"daily-news/iocs/2026_10-12/{day}.md",
        *(f"exports/2026/{day}/{day}.{kind}" for kind in ("misp.json", "stix.json", "jsonl")),
    }


def test_only_the_article_whose_text_the_new_rule_changes_is_asked_about_anew(old: OldDeployment) -> None:
    """6abc212 kept private-use characters in texts: one article has an icon in a sentence, another in the page's menu."""
    articles = old.articles()
    told = articles["brass-wren-exploits-shuttledrop-flaw-days-after-patch"]
    menu = articles["police-seize-sable-bazaar-forum-arrest-three"]
    words = "ShuttleDrop servers"
    assert words in told.text
    old.icon_put(told, words)
    old.reply_moved(told, told.text.replace(words, words + ICON))
    old.icon_put(menu, 'section/0">')
    printed = old.made_again()
    assert "model calls 1 " in printed
    assert "downloads 0 " in printed
    assert dict(old.api.calls) == {told.url: 1}
    (asked,) = old.api.requests
    assert ICON not in json.dumps(asked, ensure_ascii=False)
    now = old.articles()
    assert [article for article in now.values() if ICON in article.text + article.page_text + article.title] == []
    assert now["police-seize-sable-bazaar-forum-arrest-three"].text == menu.text

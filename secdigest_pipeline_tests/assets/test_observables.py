"""A whole edition in a real run: every text is searched for observables once."""

import io
import sys
from collections import Counter
from pathlib import Path

import pytest
from rich.console import Console

from secdigest_pipeline.articles.records import CLEANED_ARTICLES, PRIMARY_PAGES
from secdigest_pipeline.base.settings import Settings
from secdigest_pipeline.cli.execute import execute
from secdigest_pipeline.indicators.finding.find import Observable, find
from secdigest_pipeline.indicators.records import IOCS, OBSERVABLES
from secdigest_pipeline.orchestration.instance import instance
from secdigest_pipeline.orchestration.services import Services
from secdigest_pipeline.sample import web
from secdigest_pipeline.sample.clock import WorldClock
from secdigest_pipeline.sample.world import EDITIONS, World
from secdigest_pipeline.vulnerabilities.records import CVE_FACTS

pytestmark = pytest.mark.slow
EDITION = EDITIONS[1]


def test_an_edition_searches_each_of_its_texts_once(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    searched: Counter[str] = Counter()

    def counted(text: str) -> list[Observable]:
        searched[text] += 1
        return find(text)

    for name, module in list(sys.modules.items()):
        if name.startswith("secdigest_pipeline.") and getattr(module, "find", None) is find:
            monkeypatch.setattr(module, "find", counted)
    with web.serve(World.load()) as pages:
        for name, value in web.settings_for(pages.port, "http://127.0.0.1:9").items():
            monkeypatch.setenv(name, value)
        monkeypatch.setenv("SECDIGEST_ANALYST", "extractive")
        monkeypatch.setenv("SECDIGEST_DATA", str(home / "data"))
        pages.at(EDITION.cutoff)
        services = Services(Settings.from_env(), WorldClock(EDITION.cutoff))
        with instance(services.settings) as opened:
            assert execute("daily", services, opened, Console(file=io.StringIO()), EDITION.key) is None
    articles = services.stored(CLEANED_ARTICLES, EDITION)
    sources = services.stored(PRIMARY_PAGES, EDITION)
    texts = {article.page_text for article in articles}
    texts |= {f"{article.title}\n{article.text}" for article in articles}
    texts |= {page.page_text for page in sources}
    texts.discard("")
    assert len(texts) > 10 and any(page.page_text for page in sources)
    assert {text: searched[text] for text in texts if searched[text] != 1} == {}
    # and what was found there once is what the later tables hold
    found = services.stored(OBSERVABLES, EDITION)
    # (networks, file names and the like are the ledger's own finds)
    kinds = {row.type for row in found}
    ledger = services.stored(IOCS, EDITION)
    assert {(row.article_id, row.type, row.value) for row in ledger if row.type in kinds} == {
        (row.article_id, row.type, row.value) for row in found if row.place != "article"
    }
    assert {row.cve for row in services.stored(CVE_FACTS, EDITION)} == {
        row.value for row in found if row.type == "cve" and row.place != "article"
    }

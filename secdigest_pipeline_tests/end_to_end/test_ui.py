"""`secdigest dev`: the UI in a real browser, and a backfill launched as the UI launches it."""

import json
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator

import pytest

from secdigest_pipeline.report.contract import check_report
from secdigest_pipeline.sample.world import EDITIONS
from secdigest_pipeline_tests.browser.chromium import PROGRAM, chromium
from secdigest_pipeline_tests.end_to_end.conftest import SECDIGEST, Sample

pytestmark = [pytest.mark.slow, pytest.mark.long, pytest.mark.timeout(600)]

LAUNCH = """
mutation($params: LaunchBackfillParams!) {
  launchPartitionBackfill(backfillParams: $params) {
    __typename
    ... on LaunchBackfillSuccess { backfillId }
    ... on PythonError { message }
  }
}
"""
STATUS = """
query($id: String!) {
  partitionBackfillOrError(backfillId: $id) { ... on PartitionBackfill { status numPartitions } ... on PythonError { message } }
}
"""
RUNS = """
query($id: String!) {
  runsOrError(filter: {tags: [{key: "dagster/backfill", value: $id}]}) {
    ... on Runs { results { status tags { key value } } }
  }
}
"""
ASSETS = [
    "feed_snapshots",
    "raw_feed_items",
    "article_pages",
    "cleaned_articles",
    "article_analyses",
    "iocs",
    "daily_report",
]


class Ui:
    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"

    def ask(self, query: str, variables: dict) -> dict:
        body = json.dumps({"query": query, "variables": variables}).encode()
        request = urllib.request.Request(f"{self.url}/graphql", body, {"content-type": "application/json"})
        with urllib.request.urlopen(request, timeout=60) as response:
            answer = json.load(response)
        assert "errors" not in answer, answer
        return answer["data"]


@pytest.fixture
def ui(sample: Sample) -> Iterator[Ui]:
    """Dagster's UI and daemon over the sample world, feeds already polled."""
    assert sample.secdigest("poll").returncode == 0
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    log = (sample.home / "dev.log").open("w")
    dev = subprocess.Popen(
        [*SECDIGEST, "dev", "--port", str(port)], env=sample.env, stdout=log, stderr=subprocess.STDOUT
    )
    served = Ui(port)
    try:
        wait(lambda: loaded(served), 150, lambda: (sample.home / "dev.log").read_text())
        yield served
    finally:
        dev.terminate()
        assert dev.wait(60) == 0
        log.close()


def loaded(ui: Ui) -> bool:
    try:
        answer = ui.ask("query { assetNodes { assetKey { path } } }", {})
    except OSError:
        return False
    return {node["assetKey"]["path"][-1] for node in answer["assetNodes"]} >= set(ASSETS)


def wait(condition, seconds: float, explain) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, explain()
        time.sleep(1)


def succeed(sample: Sample, ui: Ui, backfill: str) -> None:
    """Wait for the backfill's end."""

    def finished() -> bool:
        status = ui.ask(STATUS, {"id": backfill})["partitionBackfillOrError"]["status"]
        assert status not in ("FAILED", "COMPLETED_FAILED", "CANCELED"), (sample.home / "dev.log").read_text()
        return status in ("COMPLETED", "COMPLETED_SUCCESS")

    wait(finished, 300, lambda: (sample.home / "dev.log").read_text())


def test_a_backfill_launched_through_dagster_makes_three_reports_and_the_ui_shows_them(sample: Sample, ui: Ui) -> None:
    params = {
        "selector": {
            "partitionSetName": "edition_partition_set",
            "repositorySelector": {
                "repositoryName": "__repository__",
                "repositoryLocationName": "secdigest_pipeline.definitions",
            },
        },
        "partitionNames": [edition.key for edition in EDITIONS],
    }
    launched = ui.ask(LAUNCH, {"params": params})["launchPartitionBackfill"]
    assert launched["__typename"] == "LaunchBackfillSuccess", launched

    succeed(sample, ui, launched["backfillId"])
    for edition in EDITIONS:
        assert check_report(sample.report(edition)) == []
    # what a model refuses is asked of the next one
    assert {name for name, n in sample.api.calls.items() if n > 1} <= set(sample.world.failures())
    if PROGRAM is None:
        pytest.skip("the backfill part passed; no Chromium on this machine to look at the UI")
    with chromium(sample.home / "chromium") as page:
        page.open(f"{ui.url}/asset-groups", lambda text: "intake" in text)
        page.press("e", alt=True)  # the UI's own shortcut: open all groups
        page.wait(lambda text: all(name in text for name in ASSETS))
        page.open(f"{ui.url}/assets/daily_report", lambda text: EDITIONS[-1].key in text)


def test_a_backfill_of_selected_assets_is_one_run_an_edition(sample: Sample, ui: Ui) -> None:
    names = ui.ask("query { assetNodes { assetKey { path } isPartitioned } }", {})["assetNodes"]
    params = {
        "assetSelection": [node["assetKey"] for node in names if node["isPartitioned"]],
        "partitionNames": [edition.key for edition in EDITIONS],
    }
    launched = ui.ask(LAUNCH, {"params": params})["launchPartitionBackfill"]
    assert launched["__typename"] == "LaunchBackfillSuccess", launched

    succeed(sample, ui, launched["backfillId"])
    runs = ui.ask(RUNS, {"id": launched["backfillId"]})["runsOrError"]["results"]
    # one run an edition, and none of another
    assert sorted((run["status"], _partition(run)) for run in runs) == [("SUCCESS", one.key) for one in EDITIONS]
    for edition in EDITIONS:
        assert check_report(sample.report(edition)) == []
    # what a model refuses is asked of the next one
    assert {name for name, n in sample.api.calls.items() if n > 1} <= set(sample.world.failures())


def _partition(run: dict) -> str:
    return next(tag["value"] for tag in run["tags"] if tag["key"] == "dagster/partition")

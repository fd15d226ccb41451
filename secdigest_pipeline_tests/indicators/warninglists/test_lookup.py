"""Warning lists: look-up, the vendored data, taking newer lists, and the newsroom's own list."""

import json
from pathlib import Path

import pytest

from secdigest_pipeline.indicators.warninglists import WarningLists, is_known_service, vendored
from secdigest_pipeline.indicators.warninglists.__main__ import main
from secdigest_pipeline.indicators.warninglists.catalog import CATALOG, Listed
from secdigest_pipeline.indicators.warninglists.lookup import manifest
from secdigest_pipeline.indicators.warninglists.update import ListFolderError, update
from secdigest_pipeline_tests.indicators.pages import SHA256

HOSTS = Listed("hosts", "hosts", "benign", True)
NETS = Listed("nets", "networks", "sinkhole", False)


def test_a_host_is_found_by_its_name_and_below_covering_entries_only() -> None:
    lists = WarningLists([(HOSTS, [".covers.test", "exact.test"])])
    for name in ("covers.test", "www.covers.test", "a.b.covers.test", "exact.test", "www.exact.test"):
        hit = lists.host(name)
        assert hit is not None and hit.list == "hosts", name
    for name in ("sub.exact.test", "notcovers.test", "test", "covers.test.evil.test"):
        assert lists.host(name) is None, name


def test_the_first_list_of_the_catalog_names_the_hit() -> None:
    first, second = Listed("first", "hosts", "vendor", True), Listed("second", "hosts", "popular", False)
    for entries in (
        [(first, [".both.test"]), (second, ["both.test"])],
        [(first, ["both.test"]), (second, [".both.test"])],
    ):
        hit = WarningLists(entries).host("both.test")
        assert hit is not None and hit.list == "first"


def test_addresses_are_found_in_their_networks() -> None:
    lists = WarningLists([(NETS, ["45.83.0.0/16", "45.83.12.0/24", "45.83.12.128/25", "2606:4700::/32"])])
    for address in ("45.83.0.0", "45.83.255.255", "45.83.12.200", "45.83.200.1", "2606:4700::1"):
        assert lists.address(address), address
    for address in ("45.82.255.255", "45.84.0.0", "2606:4701::1", "0.0.0.1"):
        assert lists.address(address) is None, address


def test_the_vendored_lists_are_those_of_the_catalog_with_version_count_and_licence() -> None:
    assert set(manifest()) == {listed.name for listed in CATALOG}
    for name, about in manifest().items():
        assert about["licence"] == "CC0-1.0", name
        assert isinstance(about["version"], int) and isinstance(about["count"], int) and about["count"] > 0, name
    assert manifest()["tranco10k"]["date"] == "2025-01-15"


@pytest.mark.parametrize(
    ("host", "name"),
    [
        ("api.ipify.org", "whats-my-ip"),
        ("www.virustotal.com", "security-provider-blogpost"),
        ("bit.ly", "url-shortener"),
        ("example.com", "rfc6761"),
        ("www.google.co.jp", "google"),
    ],
)
def test_vendored_hosts_are_known_by_the_list_that_says_most(host: str, name: str) -> None:
    hit = vendored().host(host)
    assert hit is not None and hit.list == name


@pytest.mark.parametrize(
    "host",
    [
        "evil.ddns.net",
        "evil.dyndns.org",
        "evil.blogspot.com",
        "evil.a.run.app",
        "evil.firebaseio.com",
        "evil.github.io",
    ],
)
def test_a_customers_name_below_a_private_suffix_is_never_the_service(host: str) -> None:
    assert vendored().host(host) is None


def test_shared_services_cover_what_lies_below_them_only_where_the_data_says_so() -> None:
    for host in ("github.com", "www.github.com", "a.trycloudflare.com", "trycloudflare.com", "x.y.workers.dev", "t.me"):
        assert is_known_service(host), host
    for host in ("evilgithub.com", "evil.t.me", "trycloudflare.com.evil.test", "test"):
        assert not is_known_service(host), host


def lists_folder(folder: Path) -> Path:
    """A MISP lists folder with one invented entry in each list."""
    values = {
        "hosts": ["Sub.Listed.TEST", "http-is-no-host/", "ddns.net", "10.0.0.1"],
        "networks": ["45.83.12.0/24", "x"],
        "hashes": [SHA256, "3::"],
    }
    for listed in CATALOG:
        (folder / listed.name).mkdir(parents=True)
        data = {
            "version": 20260102,
            "description": "A\n list",
            "name": listed.name,
            "type": "string",
            "list": values[listed.form],
        }
        (folder / listed.name / "list.json").write_text(json.dumps(data), "utf-8")
    return folder


def test_newer_lists_are_taken_in_one_form_and_the_same_bytes_every_time(tmp_path: Path) -> None:
    source = lists_folder(tmp_path / "lists")
    lines = update(source, tmp_path / "one")
    update(source, tmp_path / "two")
    for path in sorted((tmp_path / "one").iterdir()):
        assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes()
    assert lines[0] == "rfc6761 version 20260102: 2 entries"
    about = json.loads((tmp_path / "one" / "manifest.json").read_text())["lists"]["tranco10k"]
    assert (about["version"], about["date"], about["count"], about["description"]) == (
        20260102,
        "2026-01-02",
        2,
        "A list",
    )


def test_entries_at_a_public_suffix_lose_their_subdomains_when_lists_are_taken(tmp_path: Path) -> None:
    import gzip

    update(lists_folder(tmp_path / "lists"), tmp_path / "out")
    text = gzip.decompress((tmp_path / "out" / "tranco10k.txt.gz").read_bytes()).decode()
    assert text.split() == [".sub.listed.test", "ddns.net"]


@pytest.mark.parametrize(
    "damage", ["missing", "not json", '{"list": []}', '{"version": "x", "list": ["a.test"], "description": ""}']
)
def test_a_damaged_lists_folder_is_named_and_nothing_is_written(tmp_path: Path, damage: str) -> None:
    source = lists_folder(tmp_path / "lists")
    broken = source / CATALOG[-1].name / "list.json"
    if damage == "missing":
        broken.unlink()
    else:
        broken.write_text(damage)
    with pytest.raises(ListFolderError, match=CATALOG[-1].name):
        update(source, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_the_update_command_says_in_one_line_what_is_wrong(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["update", str(tmp_path / "nowhere")]) == 1
    assert "nowhere" in capsys.readouterr().err

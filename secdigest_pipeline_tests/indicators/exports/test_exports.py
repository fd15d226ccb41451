"""Exports: what leaves the house, in which form, and that the same rows are the same bytes."""

import ast
import csv
import hashlib
import json
import random
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from upath import UPath

import secdigest_pipeline
from secdigest_pipeline.base.editions import Edition
from secdigest_pipeline.base.files import StorageError
from secdigest_pipeline.indicators.csv.rows import check_ioc_csv, ioc_csv
from secdigest_pipeline.indicators.exports.blocklists import block_lists
from secdigest_pipeline.indicators.exports.files import FORMATS, edition_files, listed, range_files, unlike_listed
from secdigest_pipeline.indicators.exports.misp import event_uuid, feed_files, misp_event
from secdigest_pipeline.indicators.exports.stix import pattern, stix_bundle
from secdigest_pipeline.indicators.exports.values import carried, exported
from secdigest_pipeline.indicators.records import Ioc
from secdigest_pipeline.report.publish import publish
from secdigest_pipeline_tests.indicators.exports.readers import check_misp, check_stix
from secdigest_pipeline_tests.indicators.ledgers import ioc

DAY = Edition.parse("2026-10-01")
NOWHERE = UPath("memory://no-feed-here")
SHA256 = "16f6d2b87d6a387e7d384687654402196185dc9e6017bf24937e9374c7b2773e"
SHA512 = SHA256 * 2
NAMED = {
    "malware": "MothWing",
    "malware_type": "stealer",
    "actor": "Paper Heron (medium confidence)",
    "actor_attribute": "cybercrime",
}
LEDGER = [
    ioc(**NAMED),
    ioc(article_id="a2", source_url="https://other.example/b", confidence=0.7),
    ioc("45.83.12.9", "ipv4", port=4449),
    ioc("2a0b:4d07::7", "ipv6", category="srcip"),
    ioc("http://c2.evil.test/it's\\here?a=1,2", "url", **NAMED),
    ioc("0cc175b9c0f1b6a831c399e269772661", "md5", role="malware_sample", category="malware"),
    ioc("da4b9237bacccdf19c0760cab7aec4a8359010b0", "sha1", role="malware_sample", category="malware"),
    ioc(SHA256, "sha256", role="malware_sample", category="malware", malware="RatTail", malware_type="RAT"),
    ioc(SHA512, "sha512", role="malware_sample", category="malware", suppressed="csv:type_not_in_csv"),
    ioc("x@evil.test", "email", is_ioc=False, suppressed="not_collected"),
    ioc("vendor.example", is_ioc=False, suppressed="own_outlet", role="researcher"),
    ioc("CVE-2026-1234", "cve", is_ioc=False, suppressed="not_collected"),
    ioc("y@bank.test", "email", is_ioc=False, suppressed="not_collected", role="victim"),
    ioc("cdn.weird.test", suppressed="csv:value_is_a_documentation_address"),
]
EXPORTED = {row.value for row in LEDGER[:10]}


def bundle(*rows: Ioc) -> list[dict[str, Any]]:
    """The objects of the bundle of an edition."""
    return json.loads(stix_bundle([(DAY, exported(rows))]))["objects"]


def of_type(objects: list[dict[str, Any]], type: str) -> list[dict[str, Any]]:
    return [thing for thing in objects if thing["type"] == type]


# STIX


def test_the_bundle_is_read_by_the_stix2_library_without_custom_content() -> None:
    stix2 = import_module("stix2")
    data = stix_bundle([(DAY, exported(LEDGER))])
    parsed = stix2.parse(data.decode(), allow_custom=False)
    assert {str(thing["type"]) for thing in parsed.objects} == {
        "marking-definition",
        "identity",
        "indicator",
        "observed-data",
        "domain-name",
        "email-addr",
        "ipv4-addr",
        "ipv6-addr",
        "url",
        "file",
        "malware",
        "threat-actor",
        "relationship",
        "report",
    }
    assert check_stix(data) == []


@pytest.mark.slow
def test_the_bundle_passes_the_validator_of_the_standard() -> None:
    validator = import_module("stix2validator")
    result = validator.validate_string(stix_bundle([(DAY, exported(LEDGER))]).decode())
    assert result.is_valid, [str(error) for error in result.errors]


def test_every_exported_value_has_an_indicator_whose_pattern_the_standards_grammar_reads() -> None:
    patterns = import_module("stix2patterns.validator")
    indicators = of_type(bundle(*LEDGER), "indicator")
    assert {thing["name"] for thing in indicators} == EXPORTED
    assert [error for thing in indicators for error in patterns.run_validator(thing["pattern"], "2.1")] == []


@pytest.mark.parametrize(
    ("url", "uri"),
    [
        ('http://e.test/ä?q="b"', "http://e.test/%C3%A4?q=%22b%22"),
        ("http://e.test/a%20b/50%/[x]#y#z", "http://e.test/a%20b/50%25/%5Bx%5D#y%23z"),
        ("http://[2a0b:4d07::7]:81/a", "http://[2a0b:4d07::7]:81/a"),
    ],
)
def test_a_url_is_written_as_the_standard_wants_uris(url: str, uri: str) -> None:
    assert [thing["value"] for thing in of_type(bundle(ioc(url, "url")), "url")] == [uri]
    assert pattern("url", url) == f"[url:value = '{uri}']"


def test_a_quote_in_a_url_stays_inside_the_pattern() -> None:
    assert pattern("url", "http://e.test/' OR [x:y = 'z\\") == (
        r"[url:value = 'http://e.test/\'%20OR%20%5Bx:y%20=%20\'z%5C']"
    )


@pytest.mark.parametrize(
    ("type", "value", "made"),
    [
        ("ipv4", "45.83.12.9", lambda stix2, value: stix2.v21.IPv4Address(value=value)),
        ("ipv6", "2a0b:4d07::7", lambda stix2, value: stix2.v21.IPv6Address(value=value)),
        ("domain", "c2.evil.test", lambda stix2, value: stix2.v21.DomainName(value=value)),
        ("url", "http://evil.test/a'b?x=1", lambda stix2, value: stix2.v21.URL(value=value)),
        ("sha256", SHA256, lambda stix2, value: stix2.v21.File(hashes={"SHA-256": value})),
    ],
)
def test_observables_have_the_ids_every_producer_gives_them(type: str, value: str, made: Any) -> None:
    ours = [thing["id"] for thing in bundle(ioc(value, type)) if "value" in thing or "hashes" in thing]
    assert ours == [made(import_module("stix2"), value).id]


def test_indicators_point_at_what_was_seen_and_at_the_malware_and_actor_their_source_names() -> None:
    objects = bundle(*LEDGER[:3])
    by_id = {thing["id"]: thing for thing in objects}
    links = [
        (by_id[link["source_ref"]]["name"], link["relationship_type"], by_id[link["target_ref"]].get("name", "seen"))
        for link in of_type(objects, "relationship")
    ]
    assert sorted(links) == [
        ("45.83.12.9", "based-on", "seen"),
        ("c2.evil.test", "based-on", "seen"),
        ("c2.evil.test", "indicates", "MothWing"),
        ("c2.evil.test", "indicates", "Paper Heron (medium confidence)"),
    ]
    (report,) = of_type(objects, "report")
    assert set(report["object_refs"]) == set(by_id) - {report["id"]} - {
        thing["id"] for thing in objects if thing["type"] in ("identity", "marking-definition")
    }


def test_unknown_and_not_applicable_are_no_malware_and_no_actor() -> None:
    objects = bundle(ioc(malware="N/A", actor="unknown"))
    assert of_type(objects, "malware") == of_type(objects, "threat-actor") == []


def test_every_object_but_the_marking_is_tlp_clear() -> None:
    objects = bundle(*LEDGER)
    (marking,) = of_type(objects, "marking-definition")
    assert all(thing["object_marking_refs"] == [marking["id"]] for thing in objects if thing is not marking)
    assert marking["extensions"].popitem()[1]["tlp_2_0"] == "clear"


def test_an_edition_without_iocs_is_a_valid_bundle_without_a_report() -> None:
    assert [thing["type"] for thing in bundle()] == ["marking-definition", "identity"]
    assert check_stix(stix_bundle([(DAY, [])])) == []


def test_one_value_in_two_editions_is_one_observable_and_two_indicators() -> None:
    later = Edition.parse("2026-10-02")
    both = [(DAY, exported([ioc(**NAMED)])), (later, exported([ioc(edition=later.key, **NAMED)]))]
    objects = json.loads(stix_bundle(both))["objects"]
    assert {type: len(of_type(objects, type)) for type in ("domain-name", "malware", "indicator", "report")} == {
        "domain-name": 1,
        "malware": 1,
        "indicator": 2,
        "report": 2,
    }
    assert len({thing["id"] for thing in objects}) == len(objects)
    assert check_stix(stix_bundle(both)) == []


def test_the_check_names_what_the_library_refuses() -> None:
    objects = bundle(ioc())
    of_type(objects, "indicator")[0]["pattern"] = "[domain-name:value = 'a]"
    of_type(objects, "report")[0]["object_refs"].append("malware--00000000-0000-4000-8000-000000000000")
    faults = check_stix(json.dumps({"type": "bundle", "id": "bundle--" + event_uuid(DAY), "objects": objects}).encode())
    assert [fault.partition("--")[0] for fault in faults] == ["indicator", "report"]
    assert check_stix(b"not json") and check_stix(b'{"type": "bundle"}')


# MISP


def test_the_event_is_read_by_pymisp() -> None:
    pymisp = import_module("pymisp")
    data = misp_event(DAY, exported(LEDGER))
    assert check_misp(data) == []
    event = pymisp.MISPEvent()
    event.load(data.decode())
    assert {attribute.value for attribute in event.attributes if attribute.type != "link"} == EXPORTED
    assert [tag.name for tag in event.tags] == ["tlp:clear"]
    assert (event.date.isoformat(), event.uuid) == (DAY.key, event_uuid(DAY))


def test_values_have_misps_own_types() -> None:
    event = json.loads(misp_event(DAY, exported([*LEDGER, ioc("evil.test")])))["Event"]
    assert {attribute["value"]: attribute["type"] for attribute in event["Attribute"]} == {
        "c2.evil.test": "hostname",
        "evil.test": "domain",
        "45.83.12.9": "ip-dst",
        "2a0b:4d07::7": "ip-src",
        "http://c2.evil.test/it's\\here?a=1,2": "url",
        "0cc175b9c0f1b6a831c399e269772661": "md5",
        "da4b9237bacccdf19c0760cab7aec4a8359010b0": "sha1",
        SHA256: "sha256",
        SHA512: "sha512",
        "x@evil.test": "email-src",
        "https://vendor.example/report": "link",
        "https://other.example/b": "link",
    }


def test_the_feed_is_the_one_pymisps_own_generator_makes(tmp_path: Path) -> None:
    generator = import_module("pymisp.tools.feed")
    ours, theirs = tmp_path / "ours", tmp_path / "theirs"
    theirs.mkdir()
    for day in (DAY, DAY.shifted(1), DAY):
        event = misp_event(day, exported([ioc(f"c{day.stem}.evil.test", edition=day.key), *LEDGER[2:4]]))
        publish(UPath(ours), feed_files(UPath(ours), {event_uuid(day): event}))
        (theirs / f"{event_uuid(day)}.json").write_bytes(event)
    generator.feed_meta_generator(theirs)
    assert json.loads((ours / "manifest.json").read_text()) == json.loads((theirs / "manifest.json").read_text())
    assert sorted((ours / "hashes.csv").read_text().split()) == sorted((theirs / "hashes.csv").read_text().split())


def test_a_feed_heals_what_a_kill_or_another_writer_left(tmp_path: Path) -> None:
    feed, whole = UPath(tmp_path / "feed"), UPath(tmp_path / "whole")
    events = {event_uuid(day): misp_event(day, exported([ioc(edition=day.key)])) for day in (DAY, DAY.shifted(1))}
    last = {event_uuid(DAY.shifted(2)): misp_event(DAY.shifted(2), [])}
    publish(whole, feed_files(whole, events | last))
    publish(feed, {f"{key}.json": data for key, data in events.items()})
    (feed / "manifest.json").write_text("{")
    publish(feed, feed_files(feed, last))
    assert {path.name: path.read_bytes() for path in feed.iterdir()} == {
        path.name: path.read_bytes() for path in whole.iterdir()
    }
    (feed / f"{event_uuid(DAY)}.json").unlink()
    publish(feed, feed_files(feed, last))
    assert event_uuid(DAY) not in (feed / "manifest.json").read_text() + (feed / "hashes.csv").read_text()


def test_a_damaged_event_in_the_feed_is_named(tmp_path: Path) -> None:
    (tmp_path / f"{event_uuid(DAY)}.json").write_text("{}")
    with pytest.raises(StorageError, match=event_uuid(DAY)):
        feed_files(UPath(tmp_path), {})


# Block lists


def blocked(*rows: Ioc, level: str = "0.65") -> set[str]:
    """What the block lists of an edition hold at a level."""
    lists = block_lists(exported(rows))
    return {line for name, data in lists.items() if f"/{level}/" in name for line in data.decode().splitlines()}


def test_block_lists_hold_attackers_infrastructure_and_samples_by_type() -> None:
    lists = block_lists(exported(LEDGER))
    assert lists["block/0.65/ipv4.txt"] == b"45.83.12.9\n"
    assert lists["block/0.95/sha256.txt"] == f"{SHA256}\n".encode()
    # Mail servers have lists of their own kind.
    assert blocked(*LEDGER) == EXPORTED - {"x@evil.test"}


@pytest.mark.parametrize(
    "row",
    [
        ioc(role="victim"),
        ioc(role="abused_service"),
        ioc(role="researcher"),
        ioc(role="reference"),
        ioc(role="unknown"),
        ioc(known=True),
        ioc(is_ioc=False, suppressed="live_link"),
        ioc("https://github.com/", "url", role="abused_service"),
        ioc("raw.githubusercontent.com", role="abused_service", known=True),
        ioc("storage.googleapis.com", role="abused_service", known=True),
        ioc("www.googleapis.com"),
        ioc("https://www.microsoft.com/en/download", "url"),
        ioc("pages.dev"),
        ioc("91.108.4.7", "ipv4"),  # Telegram's
        ioc("13.225.8.9", "ipv4"),  # CloudFront's: thousands of sites
        ioc("45.83.12.0/24", "cidr", is_ioc=False, suppressed="not_collected"),
        ioc("huggingface.co"),
        ioc("duckdns.org"),
        ioc("10.0.0.5", "ipv4"),
        ioc("http://192.168.1.5:8080/a", "url"),
        ioc("8.8.8.8", "ipv4"),
        ioc("104.16.1.1", "ipv4"),  # Cloudflare's: thousands of sites
        ioc("d41d8cd98f00b204e9800998ecf8427e", "md5", role="malware_sample"),  # the empty file
    ],
    ids=lambda row: f"{row.role}-{row.value}",
)
def test_nothing_is_blocked_that_would_hurt_others(row: Ioc) -> None:
    assert blocked(row) == set()


@pytest.mark.parametrize(
    ("value", "type"),
    [
        ("midori-login.pages.dev", "domain"),
        ("midori-login.github.io", "domain"),
        ("q7x.sn.files.1drv.com", "domain"),
        ("https://x.trycloudflare.com/a", "url"),
        ("https://github.com/evil/tool", "url"),
        ("https://api.telegram.org/bot1:x/sendMessage", "url"),
        ("http://evil.test/up/印度/a.zip", "url"),
    ],
)
def test_one_partys_name_or_upload_on_a_shared_service_is_blocked_as_what_it_is(value: str, type: str) -> None:
    shared = {"role": "abused_service", "known": True} if "evil.test" not in value else {}
    assert blocked(ioc(value, type, **shared)) == {value.replace("印度", "%E5%8D%B0%E5%BA%A6")}
    assert blocked(ioc(value, type, role="victim")) == set()


@pytest.mark.parametrize(
    ("value", "type", "refusal"),
    [
        ("evil.test/up/", "url", "url_without_scheme"),
        ("sftp://evil.test/a", "url", "value_is_not_a_URL_with_scheme_http,_https,_ftp_or_wss_and_a_host"),
        ("midori.xn--p1ai", "domain", "value_is_not_a_domain_name_the_contract_takes"),
        ("pay_c.evil.test", "domain", "value_is_not_a_domain_name_the_contract_takes"),
    ],
)
def test_what_the_csv_alone_refuses_leaves_in_the_other_forms(value: str, type: str, refusal: str) -> None:
    row = ioc(value, type, suppressed=f"csv:{refusal}")
    assert [found.value for found in exported([row])] == [value] and blocked(row) == {value}
    files = range_files([(DAY, [row])], FORMATS)
    assert value in files["iocs-20261001-20261001.jsonl"].decode()
    assert value not in files["iocs-20261001-20261001.csv"].decode()
    # RFC 3986 wants a scheme, and the source names none.
    without = type == "url" and ":" not in value
    assert (value not in files["iocs-20261001-20261001.stix.json"].decode()) == without


PIVOTS = [
    ("45.83.12.0/24", "cidr", "[ipv4-addr:value ISSUBSET '45.83.12.0/24']", "ip-dst"),
    ("loader.exe", "file_name", "[file:name = 'loader.exe']", "filename"),
    (r"HKCU\Software\Midori", "registry_key", r"[windows-registry-key:key = 'HKCU\\Software\\Midori']", "regkey"),
    (r"Global\midori", "mutex", r"[mutex:name = 'Global\\midori']", "mutex"),
    ("96:AbCdEfGhIj:KlMnOp", "ssdeep", "[file:hashes.'SSDEEP' = '96:AbCdEfGhIj:KlMnOp']", "ssdeep"),
    (SHA256, "thumbprint", f"[x509-certificate:hashes.'SHA-256' = '{SHA256}']", "x509-fingerprint-sha256"),
    (SHA256[:32], "imphash", "", "imphash"),
    (SHA256[:32], "ja3", "", "ja3-fingerprint-md5"),
    ("13dAW6JDGFtwFCWND9wRQya3NuTtyxeFig", "wallet", "", "btc"),
    ("45.83.12.1-45.83.12.9", "ip_range", "", ""),
    ("T1566.001", "attack_id", "", ""),
]


@pytest.mark.parametrize(("value", "type", "stix", "misp"), PIVOTS)
def test_what_report_and_csv_do_not_collect_leaves_in_the_forms_that_have_a_place_for_it(
    value: str, type: str, stix: str, misp: str
) -> None:
    row = ioc(
        value,
        type,
        is_ioc=False,
        suppressed="not_collected",
        role="reference" if type == "attack_id" else "malware_sample",
    )
    values = exported([row])
    assert [(found.value, found.blockable) for found in values] == [(value, False)]
    bundled = stix_bundle([(DAY, carried(values, "stix"))])
    assert check_stix(bundled) == []
    assert [thing["pattern"] for thing in of_type(json.loads(bundled)["objects"], "indicator")] == (
        [stix] if stix else []
    )
    event = misp_event(DAY, carried(values, "misp"))
    assert check_misp(event) == []
    attributes = json.loads(event)["Event"]["Attribute"]
    assert [found["type"] for found in attributes if found["type"] != "link"] == ([misp] if misp else [])
    assert not any(found["to_ids"] for found in attributes)
    files = range_files([(DAY, [row])], FORMATS)
    assert json.loads(files["iocs-20261001-20261001.jsonl"])["value"] == value
    assert files["iocs-20261001-20261001.csv"].count(b"\n") == 1 and blocked(row) == set()


def test_a_value_or_host_that_is_a_victims_in_another_article_is_not_blocked() -> None:
    victim = ioc("https://c2.evil.test/login", "url", article_id="a2", role="victim", is_ioc=False, suppressed="victim")
    assert blocked(ioc(), ioc("http://c2.evil.test/a", "url"), victim) == set()


def test_a_list_holds_what_reaches_its_confidence() -> None:
    sure, likely, hardly = ioc(), ioc("two.evil.test", confidence=0.7), ioc("three.evil.test", confidence=0.6)
    assert blocked(sure, likely, hardly) == {"c2.evil.test", "two.evil.test"}
    assert blocked(sure, likely, hardly, level="0.95") == {"c2.evil.test"}


# Editions and ranges


def test_the_files_of_an_edition_are_named_after_it() -> None:
    names = set(edition_files(DAY, LEDGER, NOWHERE))
    assert {name for name in names if "/block/" not in name} == {
        "exports/2026/20261001/20261001.stix.json",
        "exports/2026/20261001/20261001.misp.json",
        "exports/2026/20261001/20261001.jsonl",
        f"exports/misp-feed/{event_uuid(DAY)}.json",
        "exports/misp-feed/hashes.csv",
        "exports/misp-feed/manifest.json",
    }
    files = listed(DAY, edition_files(DAY, LEDGER, NOWHERE))
    assert len(files) == 3 + 2 * 8 and all(file.path.startswith("exports/2026/20261001/") for file in files)


def test_json_lines_are_the_exported_rows_with_every_column() -> None:
    lines = edition_files(DAY, LEDGER, NOWHERE)["exports/2026/20261001/20261001.jsonl"].decode().splitlines()
    rows = [json.loads(line) for line in lines]
    assert [row["value"] for row in rows] == [row.value for row in LEDGER[:10]]
    assert set(rows[0]) == set(Ioc.__dataclass_fields__)


def test_the_csv_of_a_range_holds_the_contract_and_that_of_one_edition_is_the_reports() -> None:
    later = DAY.shifted(1)
    ledgers = [(DAY, LEDGER), (later, [ioc(edition=later.key), ioc("new.evil.test", edition=later.key)])]
    both = range_files(ledgers, ["csv"])["iocs-20261001-20261002.csv"]
    assert check_ioc_csv(both) == []
    assert [row["ioc_value"] for row in csv.DictReader(both.decode().splitlines())][-1] == "new.evil.test"
    assert range_files([(DAY, LEDGER)], ["csv"])["iocs-20261001-20261001.csv"] == ioc_csv(DAY, LEDGER)


def test_the_same_rows_are_the_same_bytes(tmp_path: Path) -> None:
    def written() -> dict[str, str]:
        files = edition_files(DAY, LEDGER, UPath(tmp_path)) | range_files([(DAY, LEDGER)], FORMATS)
        publish(UPath(tmp_path), files)
        return {name: hashlib.sha256(data).hexdigest() for name, data in files.items()}

    assert written() == written()


def test_the_order_of_rows_does_not_matter_to_bundle_and_lists() -> None:
    shuffled = [row for row in LEDGER if row.article_id == "a1"]
    first = stix_bundle([(DAY, exported(shuffled))]), block_lists(exported(shuffled))
    random.Random(3).shuffle(shuffled)
    assert (stix_bundle([(DAY, exported(shuffled))]), block_lists(exported(shuffled))) == first


URLS = st.text(st.characters(exclude_categories=("Cs", "Cc", "Zs", "Zl", "Zp")), min_size=1, max_size=30)


@settings(deadline=None, max_examples=30)
@given(st.lists(URLS, min_size=1, max_size=3, unique=True), st.text(max_size=20).filter(str.isprintable))
def test_whatever_a_page_says_the_files_are_read_by_their_readers(tails: list[str], name: str) -> None:
    rows = [ioc(f"http://c2.evil.test/{tail}", "url", malware=name or "unknown") for tail in tails]
    bundled = stix_bundle([(DAY, exported(rows))])
    assert check_stix(bundled) == []
    assert import_module("stix2validator").validate_string(bundled.decode()).is_valid
    assert check_misp(misp_event(DAY, exported(rows))) == []


def test_no_export_holds_a_value_that_is_not_exported() -> None:
    files = edition_files(DAY, LEDGER, NOWHERE) | range_files([(DAY, LEDGER)], FORMATS)
    kept_in = {row.value for row in LEDGER[10:]} - {"vendor.example"}  # the outlet stands in the references
    assert [name for name, data in files.items() for value in kept_in if value.encode() in data] == []


def test_the_package_imports_neither_library() -> None:
    statements = [
        node
        for path in Path(secdigest_pipeline.__file__).parent.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    imported = {(getattr(node, "module", None) or node.names[0].name).split(".")[0] for node in statements}
    assert "pydantic" in imported and not {"stix2", "pymisp"} & imported


def test_a_published_file_that_is_gone_or_was_changed_is_named(tmp_path: Path) -> None:
    out, files = UPath(tmp_path), edition_files(DAY, LEDGER, NOWHERE)
    publish(out, files)
    rows = listed(DAY, files)
    assert unlike_listed(out, rows) == []
    (out / rows[0].path).write_bytes(files[rows[0].path][:-1] + b" ")
    (out / rows[1].path).unlink()
    assert unlike_listed(out, rows) == [
        f"{out / rows[0].path}: holds other bytes than were written",
        f"{out / rows[1].path}: cannot be read (No such file or directory)",
    ]

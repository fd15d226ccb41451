"""The newsroom's own list: what it does to the ledger, and which files are refused and how."""

import os
from pathlib import Path

import pytest

from secdigest_pipeline.indicators.warninglists import LocalListError, load_local
from secdigest_pipeline.indicators.warninglists.local import MAX_BYTES
from secdigest_pipeline_tests.indicators.pages import rows

HEADER = "verdict,value,reason,owner"


def local(tmp_path: Path, *lines: str) -> Path:
    path = tmp_path / "local.csv"
    path.write_text("\n".join([HEADER, *lines]) + "\n", "utf-8")
    return path


def test_the_newsrooms_own_list_outweighs_everything_and_gives_list_reason_and_owner(tmp_path: Path) -> None:
    own = load_local(
        local(tmp_path, "allow,our-cdn[.]test,our own CDN,Tanaka", "", 'deny,"partner.test","seen in case 12",Sato')
    )
    table = rows("IOCs\nhxxp://img.our-cdn[.]test/x\n\nA word on partner.test.", local=own)
    assert table["http://img.our-cdn.test/x"].suppressed == "local_allow:local.csv: our own CDN (Tanaka)"
    assert table["partner.test"].is_ioc
    assert "local_deny:local.csv: seen in case 12 (Sato)" in table["partner.test"].reasons


def test_a_long_reason_is_kept_whole_with_its_owner(tmp_path: Path) -> None:
    reason = "seen on " + "many " * 35 + "hosts"
    own = load_local(local(tmp_path, f"deny,partner.test,{reason},SOC 東京"))
    row = rows("A word on partner.test.", local=own)["partner.test"]
    assert f"local_deny:local.csv: {reason} (SOC 東京)" in row.reasons


def test_a_byte_order_mark_windows_line_ends_and_quoted_cells_are_read(tmp_path: Path) -> None:
    path = tmp_path / "excel.csv"
    path.write_bytes(f'\ufeff{HEADER}\r\nallow,"hxxps://a[.]test/x","one, two",me\r\n'.encode())
    assert set(load_local(path).entries) == {"https://a.test/x"}


@pytest.mark.parametrize(
    ("lines", "rule"),
    [
        (["allow,a.test,why"], "line 2: four cells"),
        (["allow,a.test,,me"], "line 2: four cells"),
        (["maybe,a.test,why,me"], "line 2: verdict 'maybe'"),
        (["allow,not a value,why,me"], "line 2: 'not a value'"),
        (["allow,a.test b.test,why,me"], "line 2: 'a.test b.test' is not one"),
        (["allow,a.test,why,me", "deny,a[.]test,why,me"], "line 3: a.test stands in the list twice"),
        (['allow,"a.test,why,me'], "line 3"),
        (["deny,co.uk,why,me"], "line 2: 'co.uk' is a registry's suffix"),
        (["deny,a.test,why\x1b[2J,me"], "line 2: the reason is not one line"),
        (["deny,a.test," + "x" * 201 + ",me"], "line 2: the reason is not one line of at most 200"),
        (["deny,a.test,why," + "x" * 61], "line 2: the owner is not one line of at most 60"),
        (["deny," + "x" * 100_000 + ",why,me"], "line 2"),
        (["deny," + "x" * 200_000 + ",why,me"], "line 2: field larger"),
        (["deny,a.test,why,me", "\x00"], "line 3"),
    ],
)
def test_a_line_that_cannot_be_used_is_named_in_one_short_line(tmp_path: Path, lines: list[str], rule: str) -> None:
    with pytest.raises(LocalListError) as caught:
        load_local(local(tmp_path, *lines))
    message = str(caught.value)
    assert message.startswith(f"{tmp_path / 'local.csv'} ") and rule in message
    assert "\n" not in message and message.isprintable() and len(message) < 400


@pytest.mark.parametrize(
    ("data", "rule"),
    [
        (b"a.test\n", "line 1: the header is verdict,value,reason,owner"),
        (b"", "line 1: the header"),
        (f"{HEADER}\nallow,a.test,ok,me\nallow,b.test,".encode() + b"\xff,me\n", "line 3: not UTF-8"),
        (b"x" * (MAX_BYTES + 1), f"larger than {MAX_BYTES} bytes"),
    ],
)
def test_a_file_that_is_no_such_list_is_named(tmp_path: Path, data: bytes, rule: str) -> None:
    (tmp_path / "bare.csv").write_bytes(data)
    with pytest.raises(LocalListError, match="bare") as caught:
        load_local(tmp_path / "bare.csv")
    assert rule in str(caught.value)


def test_what_is_no_file_is_never_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for name in ("nowhere.csv", "pipe", "."):
        with pytest.raises(LocalListError, match="no such file"):
            load_local(tmp_path / name)

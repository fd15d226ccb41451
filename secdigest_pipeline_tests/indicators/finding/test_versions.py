"""Version numbers in lists and tables: which four dotted numbers are no address, and which stay one."""

import pytest

from secdigest_pipeline.indicators.finding.find import find
from secdigest_pipeline.indicators.finding.versions import listed_versions

NO_ADDRESSES = [
    "Fixed versions:\n\n7.4.2.1\n7.2.8.3\n",
    "| Product | Fixed in | Note |\n|---|---|---|\n| Mirador A | 7.2.1.4 | yes |\n| Mirador B | 10.1.3.9 | no |\n",
    "| Component | Version |\n| updater.dll | 6.3.9.12 |\n| agent.exe | 6.3.8.1 |\n",
    "version,date\n9.2.14.3,2026-01-01\n9.2.14.1,2025-12-01\n",
    "■修正バージョン\n・ミラドール 9.2.14.3\n・9.2.14.1\n",
    "対象: ミラドール 9.2.14.3、9.2.14.1、22.4.2.3\n",
    "対応版: 9.2.14.3 / 9.2.14.1\n",
    "Certificate policies (OID)\n\n* 2.5.29.32\n* 2.5.29.37\n",
    # the numbers alone: rising, or sharing their beginnings
    "Mirador Suite\n\n3.4.11.2\n3.4.12.0\n3.5.1.7\n",
    "The loader reads the extensions 2.5.29.32 and 2.5.29.37 below 1.3.6.1.",
    # a chapter each
    "## 3.4.11.2\n\n- the login loop is gone\n- new icons\n- faster start\n\n## [3.4.10.8] - 2026-01-02\n\n- new icons\n",
    "The affected versions are 10.3.6.1, 12.1.3.4, and 12.2.1.3.",
    "Mirador 2.5.x before 2.5.10.1 is affected.",
]
ADDRESSES = [
    ("## Indicators of compromise\n\n### C2\n\n- 5.8.8.7\n- 5.9.9.11\n- 5.10.12.9\n", 3),
    ("C2サーバー\n- 5.8.8.7\n- 5.8.9.11\n", 2),
    ("Attackers scanned from these addresses, all versions are affected:\n- 5.8.8.7\n- 5.8.9.2\n", 2),
    # nobody numbers versions like that, whatever stands above
    ("Affected versions\n\n- 185.220.101.4\n- 193.42.33.7\n", 2),
    ("| Version | Server |\n|---|---|\n| 1.4 | 5.8.8.7 |\n| 1.5 | 5.8.9.2 |\n", 2),
    ("| IP | Version |\n|---|---|\n| 45.83.12.9 | 1.4.20.3 |\n| 45.83.12.10 | 1.4.21.3 |\n", 2),
    ("更新履歴\n\n・1.5.21.4　不具合\n・1.5.20.9　機能\n\n侵害の痕跡\n\n・45.83.12.9\n", 1),
    ("Seen:\n\n5.8.8.7\n37.8.9.11\n45.33.2.12\n", 3),
    ("Fixed in: 9.2.14.3, 9.2.14.1\nC2: 5.8.8.7\n", 1),
    ("Fixed in\n\n- 9.2.14.3\n- 9.2.14.1\n\n## Indicators\n\n- 45[.]83[.]12[.]9\n- 9[.]2[.]14[.]1\n", 2),
]


@pytest.mark.parametrize("text", NO_ADDRESSES)
def test_a_list_of_versions_holds_no_address(text: str) -> None:
    assert [item.value for item in find(text) if item.type == "ipv4"] == []


@pytest.mark.parametrize(("text", "count"), ADDRESSES)
def test_a_list_of_addresses_holds_them_all(text: str, count: int) -> None:
    assert len([item.value for item in find(text) if item.type == "ipv4"]) == count


def test_a_table_is_read_once_however_many_rows_and_gaps_it_has() -> None:
    rows = "".join(
        f"| part {number} | 9.2.14.{number % 60} | {'x' * 200} |\n| gap | | {'y' * 200} |\n" for number in range(5_000)
    )
    text = "| Part | Version | Note |\n" + rows
    quads = [(at, text.index(" ", at)) for at in range(len(text)) if text.startswith("9.2.14.", at)]
    assert len(listed_versions(text, quads)) == 5_000

"""Which addresses are public unicast: every block of the registries of IANA."""

import pytest

from secdigest_pipeline.fetching.public_addresses import is_public


@pytest.mark.parametrize(
    "address",
    [
        *[
            "127.0.0.1",
            "127.8.9.1",
            "0.0.0.0",
            "10.0.0.1",
            "172.16.0.1",
            "192.168.0.1",
            "169.254.169.254",
            "100.64.0.1",
        ],
        *[
            "192.0.2.1",
            "198.51.100.1",
            "203.0.113.1",
            "198.18.0.1",
            "224.0.0.1",
            "239.1.1.1",
            "240.0.0.1",
            "255.255.255.255",
        ],
        *["::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "fec0::1", "ff02::1", "2001:db8::1"],
        *["::ffff:127.0.0.1", "::ffff:10.0.0.1", "::7f00:1", "64:ff9b::7f00:1", "64:ff9b:1::1", "2002:7f00:1::1"],
        *["2001:0:7f00:1::1", "192.88.99.1", "localhost", "", "127.1"],
        # every other block of the two registries of IANA, first and last address
        *[
            "192.0.0.0",
            "192.0.0.7",
            "192.0.0.8",
            "192.0.0.9",
            "192.0.0.15",
            "192.0.0.170",
            "192.0.0.192",
            "192.0.0.255",
        ],
        *["192.31.196.1", "192.52.193.1", "192.175.48.1", "192.88.99.2", "168.63.129.16", "198.19.255.255"],
        *["3fff::", "3fff:fff:ffff::1", "5f00::1", "100::1", "100:0:0:1::1", "2001:1::1", "2001:1::3", "2001:2::1"],
        *[
            "2001:3::1",
            "2001:4:112::1",
            "2001:10::1",
            "2001:20::1",
            "2001:30::1",
            "2001:1ff:ffff::1",
            "2620:4f:8000::1",
        ],
        # an IPv4 address inside an IPv6 one: compatible, translated (RFC 2765), NAT64 (RFC 6052, 8215), 6to4, Teredo
        *["::8.8.8.8", "::ffff:0:8.8.8.8", "64:ff9b::8.8.8.8", "64:ff9b::192.0.0.192", "2002:808:808::1"],
        *["::ffff:192.0.0.192", "::ffff:192.0.0.8", "::ffff:168.63.129.16", "::ffff:224.0.0.1", "4000::1", "ffff::1"],
    ],
)
def test_addresses_that_are_not_public_unicast_are_refused(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        *["8.8.8.8", "1.1.1.1", "2606:4700::1111", "::ffff:8.8.8.8", "2400:cb00::1"],
        *["191.255.255.255", "192.0.1.1", "168.63.129.17", "223.255.255.255", "2001:200::1", "2620:4f:8001::1"],
    ],
)
def test_public_addresses_pass(address: str) -> None:
    assert is_public(address)

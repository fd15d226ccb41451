"""Which MISP warning lists are vendored, how each is matched, and what a hit says.

Left out on purpose: lists of a million popular hosts and `nioc-filehash` (size); `public-dns-v4` (62,000 open resolvers, many of
them broken into; ours is RESOLVERS in lookup.py); cloud and VPN address ranges, `github` and `amazon-aws` among them (attackers
rent there: data/platform-networks.txt holds what of them is the platforms' own); `dynamic-dns` (its
entries are public suffixes, which must never be matched); `ti-falsepositives` (legitimate tools that attackers bring along are
`abusefile` rows of docs/contract.md 2.2, not errors).
"""

from typing import Literal, NamedTuple

Says = Literal[
    "vendor", "benign", "bank", "popular", "service", "placeholder", "hash", "sinkhole", "shared_network", "platform"
]
Form = Literal["hosts", "networks", "hashes"]


class Listed(NamedTuple):
    """One vendored list: its folder name at MISP, what it holds, what a hit says, whether entries cover their subdomains."""

    name: str
    form: Form
    says: Says
    subdomains: bool


# Of several lists that hold a host, the first names the hit: from the list that says most about a host to the one that says least.
# platform: addresses at which everybody's sign-in, mail or messenger answers; shared_network: front ends of thousands of customers.
# `subdomains` follows the list's own type (`hostname` and `substring` cover subdomains, `string` does not); a leading dot in
# an entry covers them in every list.
CATALOG: tuple[Listed, ...] = (
    Listed("rfc6761", "hosts", "placeholder", True),
    Listed("security-provider-blogpost", "hosts", "vendor", True),
    Listed("automated-malware-analysis", "hosts", "vendor", True),
    Listed("whats-my-ip", "hosts", "benign", True),
    Listed("findip-host", "hosts", "benign", True),
    Listed("captive-portals", "hosts", "benign", False),
    Listed("umbrella-blockpage-hostname", "hosts", "benign", True),
    Listed("url-shortener", "hosts", "service", True),
    Listed("link-in-bio", "hosts", "service", True),
    Listed("public-ipfs-gateways", "hosts", "service", False),
    Listed("lots-project", "hosts", "service", True),
    Listed("digitalside", "hosts", "service", True),
    Listed("microsoft", "hosts", "benign", False),
    Listed("microsoft-office365", "hosts", "benign", False),
    Listed("microsoft-win10-connection-endpoints", "hosts", "benign", False),
    Listed("google", "hosts", "benign", False),
    Listed("bank-website", "hosts", "bank", True),
    Listed("university_domains", "hosts", "benign", True),
    Listed("moz-top500", "hosts", "popular", True),
    Listed("alexa", "hosts", "popular", True),
    Listed("tranco10k", "hosts", "popular", True),
    Listed("majestic_million", "hosts", "popular", True),
    Listed("cisco_top10k", "hosts", "popular", False),
    Listed("sinkholes", "networks", "sinkhole", False),
    Listed("microsoft-office365-ip", "networks", "platform", False),
    Listed("google-gmail-sending-ips", "networks", "platform", False),
    Listed("googlebot", "networks", "platform", False),
    Listed("akamai", "networks", "shared_network", False),
    Listed("cloudflare", "networks", "shared_network", False),
    Listed("fastly", "networks", "shared_network", False),
    Listed("empty-hashes", "hashes", "hash", False),
    Listed("common-ioc-false-positive", "hashes", "hash", False),
    Listed("eicar.com", "hashes", "hash", False),
    Listed("mozilla-CA", "hashes", "hash", False),
)

# Of data/platform-networks.txt: what its lines may say.
OWN_SAYS: tuple[Says, ...] = ("platform", "shared_network")
# Lists of names at which a platform's own sign-in, updates and search answer: suppressed even where an article defangs them.
PLATFORM_NAMES = frozenset(
    ("captive-portals", "microsoft", "microsoft-office365", "microsoft-win10-connection-endpoints", "google")
)

"""Services that everybody uses and attackers abuse, public resolvers, and hosts that are no indicator by themselves."""

from functools import cache, lru_cache
from importlib.resources import files

# report-contract 2.3: as a domain, or as a URL without a path, these are rejected.
WELL_KNOWN_HOSTS = frozenset(("google.com", "microsoft.com", "github.com", "npmjs.com", "t.me", "telegram.org"))

# Public resolvers by their operators' own documentation (Google, Cloudflare, Quad9, OpenDNS, AdGuard, Verisign, Level 3, 114DNS,
# AliDNS, DNSPod, Yandex, Comodo, CleanBrowsing, Hurricane Electric): nobody's command server, but in every sandbox trace.
RESOLVERS = frozenset(
    "8.8.8.8 8.8.4.4 1.1.1.1 1.0.0.1 1.1.1.2 1.0.0.2 1.1.1.3 1.0.0.3 9.9.9.9 9.9.9.10 9.9.9.11 149.112.112.112 208.67.222.222 "
    "208.67.220.220 94.140.14.14 94.140.15.15 64.6.64.6 64.6.65.6 4.2.2.1 4.2.2.2 4.2.2.3 4.2.2.4 209.244.0.3 209.244.0.4 "
    "114.114.114.114 114.114.115.115 223.5.5.5 223.6.6.6 119.29.29.29 77.88.8.8 77.88.8.1 8.26.56.26 8.20.247.20 185.228.168.9 "
    "74.82.42.42 2001:4860:4860::8888 2001:4860:4860::8844 2606:4700:4700::1111 2606:4700:4700::1001 2620:fe::fe 2620:fe::9".split()
)


@cache
def services() -> frozenset[str]:
    """Entries of services.txt: `host`, or `.host` where customers have names of their own below it."""
    text = files(__package__).joinpath("data", "services.txt").read_text("utf-8")
    return frozenset(line for line in text.splitlines() if line and not line.startswith("#"))


@lru_cache(maxsize=4096)
def is_known_service(host: str) -> bool:
    """Whether a lower-case host belongs to a shared service (よく知られている of report-contract 1.5)."""
    listed = services()
    bare = host.removeprefix("www.")
    if bare in WELL_KNOWN_HOSTS or bare in listed or host in listed or "." + host in listed:
        return True
    labels = host.split(".")
    return any("." + ".".join(labels[at:]) in listed for at in range(1, len(labels) - 1))

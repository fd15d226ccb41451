"""The registered domain of a host, by the public suffix list."""

from functools import cache, lru_cache

from publicsuffixlist import PublicSuffixList


@cache
def _suffixes() -> PublicSuffixList:
    return PublicSuffixList()


@lru_cache(maxsize=4096)
def registered_domain(host: str) -> str:
    """Registered domain of a host by the public suffix list, private suffixes included; the host itself when it has none."""
    return str(_suffixes().privatesuffix(host) or host) if host else ""


@cache
def _registries() -> PublicSuffixList:
    return PublicSuffixList(only_icann=True)


def is_public_suffix(host: str) -> bool:
    """Whether a host is a registry's own suffix (`co.uk`); those of services (`duckdns.org`) are not."""
    return _registries().privatesuffix(host) is None


def is_customers(host: str) -> bool:
    """Whether a host lies below a service's suffix (`a.duckdns.org`), where every customer has a name of their own."""
    own = _suffixes().privatesuffix(host)
    return own is not None and own != _registries().privatesuffix(host)

"""What is known of a host before its page is read: research, authority, code, or nothing an article rests on.

The lists are short on purpose: they only spare well-known places the doubt that every other host gets. Hosts are those
that real reports rest on most, and those of feeds.yaml.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

from secdigest_pipeline.base.suffixes import registered_domain
from secdigest_pipeline.fetching.urls import host_of
from secdigest_pipeline.intake.feeds.feeds import Feed

Rank = Literal["research", "authority", "code", "news", "never", ""]

# Whole hosts that publish research only.
_RESEARCH_HOSTS = frozenset(
    "unit42.paloaltonetworks.com research.checkpoint.com blog.checkpoint.com blog.talosintelligence.com securelist.com "
    "securelist.ru blog.sekoia.io hunt.io asec.ahnlab.com thedfirreport.com labs.watchtowr.com nao-sec.org "
    "welivesecurity.com zerodayinitiative.com isc.sans.edu research.jfrog.com security.googleblog.com "
    "googleprojectzero.blogspot.com projectzero.google citizenlab.ca securitylab.amnesty.org labs.guard.io "
    "news.sophos.com labs.greynoise.io blog.sucuri.net blog.lumen.com harfanglab.io horizon3.ai opensourcemalware.com "
    "malware-traffic-analysis.net blog.cloudflare.com blogs.jpcert.or.jp wizsafe.iij.ad.jp sansec.io".split()
)
# Companies whose research lies below a path like /blog or /labs beside their shop.
_RESEARCH_DOMAINS = frozenset(
    "microsoft.com google.com trendmicro.com crowdstrike.com sentinelone.com proofpoint.com elastic.co fortinet.com wiz.io "
    "socket.dev stepsecurity.io aikido.dev huntress.com group-ib.com volexity.com rapid7.com redcanary.com sophos.com "
    "reversinglabs.com malwarebytes.com censys.com reliaquest.com acronis.com arcticwolf.com greynoise.io mandiant.com "
    "recordedfuture.com cyble.com zscaler.com netskope.com infoblox.com team-cymru.com silentpush.com cyfirma.com "
    "seqrite.com resecurity.com bitdefender.com cybereason.com varonis.com sygnia.co jfrog.com snyk.io checkmarx.com "
    "sonatype.com wordfence.com patchstack.com akamai.com domaintools.com intel471.com trustwave.com koi.ai koi.security "
    "blackfog.com securonix.com k7computing.com genians.co.kr lac.co.jp cisco.com eset.com kaspersky.com splunk.com "
    "datadoghq.com sysdig.com aquasec.com orca.security tenable.com qualys.com eclypsium.com binarly.io claroty.com "
    "dragos.com nozominetworks.com withsecure.com nccgroup.com bishopfox.com specterops.io".split()
)
_RESEARCH_PATH = re.compile(
    r"/(?:[^/]*-)?(?:blogs?|labs?|research|threat[^/]*|security-labs|threat-intelligence|insights|reports?|resources|tru|analysis"
    r"|lacwatch)(?:[/-]|$)|/security/blog/",
    re.IGNORECASE,
)
_AUTHORITIES = frozenset(
    "europol.europa.eu cert.europa.eu jpcert.or.jp jvn.jp jvndb.jvn.jp kb.cert.org cert.org cert.pl cert.at cert.se ncsc.nl "
    "bsi.bund.de cert-bund.de wid.cert-bund.de ccn-cert.cni.es enisa.europa.eu cisecurity.org nist.gov".split()
)
_AUTHORITY = re.compile(
    r"(?:^|\.)gov(?:\.[a-z]{2})?$|\.gouv\.fr$|\.go\.(?:jp|kr|th|id)$|\.mil$|\.gc\.ca$|\.govt\.nz$|\.admin\.ch$"
    r"|(?:^|\.)(?:cert|csirt|ncsc)(?:-[a-z]+)?\.[a-z.]+$|-(?:cert|csirt)\.[a-z.]+$",
    re.IGNORECASE,
)
_CODE = frozenset(
    "github.com raw.githubusercontent.com gist.github.com gist.githubusercontent.com gitlab.com codeberg.org bitbucket.org".split()
)
# Databases, sandboxes, search engines, shops and social networks: named in passing, or not readable by an honest robot.
_NEVER = frozenset(
    "nvd.nist.gov cve.org cve.mitre.org cwe.mitre.org attack.mitre.org first.org virustotal.com any.run tria.ge "
    "hybrid-analysis.com joesandbox.com urlscan.io shodan.io fofa.info abuse.ch bazaar.abuse.ch urlhaus.abuse.ch "
    "wikipedia.org x.com twitter.com facebook.com linkedin.com instagram.com reddit.com youtube.com youtu.be t.me "
    "telegram.me telegram.org discord.com discord.gg mastodon.social infosec.exchange bsky.app threads.net tiktok.com "
    "whatsapp.com apple.com play.google.com apps.apple.com amazon.com archive.org web.archive.org google.com bing.com "
    "duckduckgo.com pinterest.com medium.com spotify.com patreon.com paypal.com haveibeenpwned.com npmjs.com pypi.org "
    "wa.me getpocket.com feedburner.com eventbrite.com zoom.us docs.google.com forms.gle drive.google.com".split()
)
# Other newsrooms: what they say is not what an article rests on.
_NEWS = frozenset(
    "bleepingcomputer.com thehackernews.com securityweek.com darkreading.com krebsonsecurity.com therecord.media "
    "theregister.com securityaffairs.com cyberscoop.com helpnetsecurity.com arstechnica.com cybersecuritynews.com "
    "hackread.com databreaches.net infosecurity-magazine.com gbhackers.com scworld.com techcrunch.com wired.com zdnet.com "
    "reuters.com bloomberg.com nytimes.com wsj.com bbc.com bbc.co.uk cnn.com theguardian.com washingtonpost.com forbes.com "
    "404media.co cybernews.com databreachtoday.com itmedia.co.jp security-next.com netsecurity.ne.jp nikkei.com nhk.or.jp "
    "asahi.com yomiuri.co.jp mainichi.jp gigazine.net heise.de golem.de techradar.com pcmag.com theverge.com".split()
)


def site_of(url: str) -> str:
    """Host of a URL without `www.`; empty when it has none."""
    return host_of(url).removeprefix("www.")


def domain_of(url: str) -> str:
    """Registered domain of a URL's host by the public suffix list; the host itself when it has none."""
    return registered_domain(site_of(url))


@dataclass(frozen=True, slots=True)
class Hosts:
    """What the feed list adds: domains of its newsrooms, and hosts of its researchers and authorities."""

    news: frozenset[str] = frozenset()
    research: frozenset[str] = frozenset()
    authorities: frozenset[str] = frozenset()

    @classmethod
    def of(cls, feeds: Iterable[Feed]) -> "Hosts":
        """The hosts of a feed list, by the kind of each feed."""
        feeds = list(feeds)
        return cls(
            news=frozenset(domain_of(feed.site) for feed in feeds if feed.kind in ("news", "incident")),
            research=frozenset(site_of(feed.site) for feed in feeds if feed.kind == "vendor research"),
            authorities=frozenset(site_of(feed.site) for feed in feeds if feed.kind in ("CERT", "gov")),
        )

    def rank(self, url: str) -> Rank:
        """What is known of the host of `url` (and, of a company's host, of its path); "" when nothing is."""
        host, domain = site_of(url), domain_of(url)
        path = urlsplit(url).path if host else ""
        if host in _CODE:
            return "code"
        if host in self.authorities:
            return "authority"
        if host in _RESEARCH_HOSTS or (host in self.research and domain not in _RESEARCH_DOMAINS):
            return "research"
        if domain in _RESEARCH_DOMAINS and _RESEARCH_PATH.search(path):
            return "research"
        if host in _NEVER or domain in _NEVER:
            return "never"
        if host in _AUTHORITIES or domain in _AUTHORITIES or _AUTHORITY.search(host):
            return "authority"
        if domain in _NEWS or domain in self.news:
            return "news"
        return ""

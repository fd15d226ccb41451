"""The address check inside the connection: no spelling, redirect or second DNS answer gets past it."""

import asyncio
import ssl
import subprocess
from pathlib import Path

import httpcore2
import pytest

from secdigest_pipeline.fetching.addresses import GuardedBackend, route_of
from secdigest_pipeline.fetching.http import Client, FetchError, Limits, client_over, open_client
from secdigest_pipeline_tests.intake.servers import always, response, serving

QUICK = Limits(total=2.0, connect=2.0)


def test_a_route_is_taken_by_the_exact_name_first_and_then_by_the_longest_suffix() -> None:
    routes = {"a.test": ("1", 1), "*.test": ("2", 2), "*.b.test": ("3", 3)}
    assert route_of("A.test.", routes) == ("1", 1)
    assert route_of("x.a.test", routes) == ("2", 2)
    assert route_of("x.b.test", routes) == ("3", 3)
    assert route_of("test", routes) is None
    assert route_of("test.example", routes) is None


@pytest.mark.parametrize(
    "host",
    [
        *["127.0.0.1", "127.1", "2130706433", "0x7f000001", "017700000001", "[::1]", "[::ffff:7f00:1]", "localhost"],
        *["0", "①②⑦.⓪.⓪.①", "[::ffff:127.0.0.1]"],
    ],
)
def test_no_spelling_of_loopback_is_connected_to(host: str) -> None:
    async def work() -> tuple[str, int]:
        async with serving(always(response(b"SECRET"))) as server, open_client() as client:
            with pytest.raises(FetchError) as caught:
                # port 80 is what the rule allows; the server's own port would be refused for itself
                await client.get(f"http://{host}/", limits=QUICK)
            with pytest.raises(FetchError):
                await client.get(f"http://{host}:{server.port}/", limits=QUICK)
            return caught.value.kind, len(server.requests)

    kind, reached = asyncio.run(work())
    assert reached == 0
    assert kind in ("refused", "unreachable", "protocol")


def test_ports_other_than_the_web_ones_are_refused() -> None:
    async def work() -> None:
        async with open_client() as client:
            with pytest.raises(FetchError, match="port 8080 is not a web port") as caught:
                await client.get("http://8.8.8.8:8080/", limits=QUICK)
            assert caught.value.kind == "refused"

    asyncio.run(work())


def client_with(backend: GuardedBackend) -> object:
    return client_over(backend, httpcore2.default_ssl_context(_trust_env=False), contact="", at_once=4)


def test_a_name_with_any_private_answer_is_refused_and_nothing_is_dialled() -> None:
    async def resolve(host: str, port: int) -> list[str]:
        return ["93.184.216.34", "10.0.0.1"]

    async def work() -> None:
        async with client_with(GuardedBackend({}, resolve)) as client:  # type: ignore[attr-defined]
            with pytest.raises(FetchError, match=r"10\.0\.0\.1 is not a public address"):
                await client.get("http://rebind.test/", limits=QUICK)

    asyncio.run(work())


def test_the_address_that_was_checked_is_the_one_that_is_dialled(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = iter([["93.184.216.34"], ["127.0.0.1"]])
    asked: list[str] = []
    dialled: list[str] = []

    async def resolve(host: str, port: int) -> list[str]:
        asked.append(host)
        return next(answers)

    async def dial(self: object, host: str, port: int, **options: object) -> object:
        dialled.append(host)
        raise httpcore2.ConnectError("recorded")

    monkeypatch.setattr(httpcore2.AnyIOBackend, "connect_tcp", dial)

    async def work() -> list[str]:
        async with client_with(GuardedBackend({}, resolve)) as client:  # type: ignore[attr-defined]
            messages = []
            for _ in range(2):
                with pytest.raises(FetchError) as caught:
                    await client.get("http://rebind.test/", limits=QUICK)
                messages.append(str(caught.value))
            return messages

    messages = asyncio.run(work())
    # one look-up a connection, and only the first answer, a public one, was ever dialled
    assert asked == ["rebind.test", "rebind.test"]
    assert dialled == ["93.184.216.34"]
    assert "127.0.0.1 is not a public address" in messages[1]


def test_a_name_that_does_not_resolve_is_unreachable() -> None:
    async def work() -> None:
        async with open_client() as client:
            for url in ("http://no-such-name.invalid/", f"http://{'a' * 70}.test/", f"http://{'a.' * 150}test/"):
                with pytest.raises(FetchError) as caught:
                    await client.get(url, limits=QUICK)
                assert caught.value.kind in ("unreachable", "protocol", "timeout")

    asyncio.run(work())


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A self-signed certificate for feed.test and its key."""
    folder = tmp_path_factory.mktemp("tls")
    command = (
        "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=feed.test -addext subjectAltName=DNS:feed.test"
    )
    subprocess.run(
        [*command.split(), "-keyout", folder / "key.pem", "-out", folder / "cert.pem"], check=True, capture_output=True
    )
    return folder


def fetch_tls(certificates: Path, url: str, tls: ssl.SSLContext) -> bytes:
    async def work() -> bytes:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificates / "cert.pem", certificates / "key.pem")
        async with serving(always(response(b"secret")), context) as server:
            backend = GuardedBackend({"*.test": ("127.0.0.1", server.port)})
            async with client_over(backend, tls, contact="", at_once=1) as client:
                assert isinstance(client, Client)
                return (await client.get(url, limits=QUICK)).body

    return asyncio.run(work())


def test_a_certificate_nobody_vouches_for_is_an_error(certificates: Path) -> None:
    with pytest.raises(FetchError, match=r"(?i)certificate") as caught:
        fetch_tls(certificates, "https://feed.test/", httpcore2.default_ssl_context(_trust_env=False))
    assert caught.value.kind == "unreachable"


def test_a_trusted_certificate_is_checked_against_the_name_and_not_the_address(certificates: Path) -> None:
    trusting = ssl.create_default_context(cafile=certificates / "cert.pem")
    assert fetch_tls(certificates, "https://feed.test/", trusting) == b"secret"
    with pytest.raises(FetchError, match=r"(?i)hostname|certificate"):
        fetch_tls(certificates, "https://other.test/", trusting)


def test_a_server_that_speaks_no_tls_is_an_error() -> None:
    async def work() -> None:
        async with (
            serving(always(response())) as server,
            open_client(connect_to={"*.test": ("127.0.0.1", server.port)}) as client,
        ):
            with pytest.raises(FetchError) as caught:
                await client.get("https://feed.test/", limits=QUICK)
            assert caught.value.kind in ("unreachable", "timeout")

    asyncio.run(work())

"""Web addresses: what is fetched, by which rules, and what is rejected."""

from __future__ import annotations

import contextlib
import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from documents import PAGE, pdf

from qa.errors import SourceError
from qa.reading import fetching
from qa.reading.fetching import Address, fetch, is_public

ASKED: list[tuple[str, dict[str, str]]] = []
SAID: dict[str, tuple[bytes, str | None]] = {}
"""Further paths -> the body, and the Content-Type that the server gives."""


class Site(BaseHTTPRequestHandler):
    """A web site for the tests."""

    def do_GET(self) -> None:
        ASKED.append((self.path, dict(self.headers)))
        path = self.path.partition("?")[0]
        if path in SAID:
            self.reply(200, *SAID[path])
            return
        match path:
            case "/灯台" | "/%E7%81%AF%E5%8F%B0":
                self.reply(200, PAGE.encode(), "text/html; charset=utf-8")
            case "/plain":
                self.reply(200, "この灯台は1874年に建てられた。".encode("cp932"), "text/plain")
            case "/paper":
                self.reply(200, pdf(["石は近くの島から運ばれた。"]), "application/octet-stream")
            case "/moved":
                self.reply(302, b"", "text/plain", Location="/plain")
            case "/raw":
                self.reply(302, b"", "text/plain", Location="/灯台".encode().decode("latin-1"))
            case "/old":
                page = PAGE.replace('<meta charset="utf-8">', "").encode("euc_jp")
                self.reply(200, page, "text/html; charset=euc-jp")
            case "/inside":
                self.reply(302, b"", "text/plain", Location="http://169.254.169.254/latest/meta-data")
            case "/file":
                self.reply(302, b"", "text/plain", Location="file:///etc/passwd")
            case "/round":
                self.reply(302, b"", "text/plain", Location="/round")
            case "/large":
                self.reply(200, b"x" * 5000, "text/plain")
            case "/packed":
                self.reply(200, b"x", "text/plain", **{"Content-Encoding": "gzip"})
            case "/broken":
                self.reply(200, b"x" * 200, "text/plain", **{"Content-Length": "5000"})
            case "/slow":
                self.send_response(200)
                self.end_headers()
                for _ in range(100):
                    self.wfile.write(b"x")
                    self.wfile.flush()
                    time.sleep(0.1)
            case _:
                self.reply(404, b"no", "text/plain")

    def reply(self, status: int, content: bytes, kind: str | None, **headers: str) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": kind, "Content-Length": str(len(content)), **headers}.items():
            if value is not None:
                self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: Any) -> None:
        """Print nothing."""

    def handle_one_request(self) -> None:
        with contextlib.suppress(OSError):  # the client cut the connection
            super().handle_one_request()


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


def anyone(address: Address) -> bool:
    """Allow this machine, which is the internet of these tests, and public addresses."""
    return address == ipaddress.ip_address("127.0.0.1") or is_public(address)


def refusal(url: str) -> SourceError:
    with pytest.raises(SourceError) as caught:
        fetch(url, allowed=anyone)
    assert str(caught.value).endswith(".")
    return caught.value


def test_a_page_is_read_under_its_address(site: str) -> None:
    source = fetch(f" {site}/灯台 ", allowed=anyone)
    assert source.text.startswith("# 灯台の歴史\n\nこの灯台は1874年に建てられた。")
    assert source.name == f"{site.removeprefix('http://')}/灯台"


def test_texts_and_documents_are_read_as_files_are(site: str) -> None:
    assert fetch(f"{site}/plain", allowed=anyone).text == "この灯台は1874年に建てられた。"
    assert fetch(f"{site}/paper?x=1", allowed=anyone).places[0].page == 1


def test_a_redirect_is_followed(site: str) -> None:
    assert fetch(f"{site}/moved", allowed=anyone).name == f"{site.removeprefix('http://')}/plain"


def test_an_address_in_a_redirect_is_taken_byte_for_byte(site: str) -> None:
    assert fetch(f"{site}/raw", allowed=anyone).text.startswith("# 灯台の歴史")


def test_the_encoding_that_the_server_names_counts(site: str) -> None:
    assert fetch(f"{site}/old", allowed=anyone).text == fetch(f"{site}/灯台", allowed=anyone).text


@pytest.mark.parametrize("charset", ["iso-8859-1", "us-ascii", "windows-1252", "utf-8"])
def test_utf_8_is_known_whatever_the_server_names(site: str, charset: str) -> None:
    SAID["/said"] = ("5 € – “cheap”".encode(), f"text/plain; charset={charset}")
    assert fetch(f"{site}/said", allowed=anyone).text == "5 € – “cheap”"


def test_latin_1_means_the_larger_encoding_of_windows(site: str) -> None:
    SAID["/said"] = ("5 € – “cheap”".encode("cp1252"), "text/plain; charset=iso-8859-1")
    assert fetch(f"{site}/said", allowed=anyone).text == "5 € – “cheap”"


@pytest.mark.parametrize(
    "charset",
    [
        "punycode", "undefined", "unicode_escape", "raw_unicode_escape", "utf-7", "idna", "rot13", "base64", "zlib",
        '"utf-8\0"', "klingon", "",
    ],
)  # fmt: skip
def test_an_encoding_that_the_web_does_not_have_is_ignored(site: str, charset: str) -> None:
    SAID["/said"] = (("a" * 400_000 + "-b9z" * 100_000).encode(), f"text/plain; charset={charset}")
    started = time.monotonic()
    assert fetch(f"{site}/said", allowed=anyone).text.endswith("-b9z")
    assert time.monotonic() - started < 20  # punycode takes minutes
    SAID["/said"] = (r"塔は赤い。\ud800 +2AA-".encode(), f"text/plain; charset={charset}")
    assert fetch(f"{site}/said", allowed=anyone).text == r"塔は赤い。\ud800 +2AA-"


@pytest.mark.parametrize(
    ("path", "kind", "read"),
    [
        ("/a.html", None, "塔は赤い。"),
        ("/a", None, "塔は赤い。"),
        ("/a", "application/octet-stream", "塔は赤い。"),
        ("/a.txt", "text/plain", "<!DOCTYPE html><p>塔は赤い。"),
        ("/a", "text/plain", "<!DOCTYPE html><p>塔は赤い。"),
        ("/a.txt", "text/html", "塔は赤い。"),
    ],
)
def test_where_the_server_says_little_the_name_and_the_beginning_tell(
    site: str, path: str, kind: str | None, read: str
) -> None:
    SAID[path] = ("<!DOCTYPE html><p>塔は赤い。".encode(), kind)
    assert fetch(site + path, allowed=anyone).text == read


def test_subtitles_that_are_served_as_text_have_their_times(site: str) -> None:
    SAID["/a.srt"] = ("1\n00:00:05,000 --> 00:00:06,000\n塔は赤い。\n".encode(), "text/plain")
    source = fetch(f"{site}/a.srt", allowed=anyone)
    assert (source.text, source.places[0].time) == ("塔は赤い。", 5.0)


def test_two_pages_that_differ_by_their_query_have_two_names(site: str) -> None:
    names = {fetch(f"{site}/plain?id={n}", allowed=anyone).name for n in (1, 2)}
    assert names == {f"{site.removeprefix('http://')}/plain?id={n}" for n in (1, 2)}


def test_nothing_of_the_environment_is_sent_and_no_proxy_asked(site: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    ASKED.clear()
    fetch(f"{site}/plain", allowed=anyone)
    ((_, headers),) = ASKED
    assert set(headers) == {"Host", "User-Agent", "Accept", "Accept-Encoding", "Connection"}


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.0.0.1", "172.16.3.4", "192.168.1.1", "169.254.169.254", "0.0.0.0", "100.64.0.1", "224.0.0.1",
        "255.255.255.255", "240.0.0.1", "192.0.2.1", "198.18.0.1", "::", "::1", "fe80::1", "fc00::1", "fec0::1",
        "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "2002:7f00:1::", "64:ff9b::7f00:1", "2001:db8::1",
        "2001:0:7f00:1::80ff:fffe",
    ],
)  # fmt: skip
def test_an_address_that_is_not_of_the_internet_is_not_public(address: str) -> None:
    assert not is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize("address", ["1.1.1.1", "93.184.216.34", "2606:4700:4700::1111", "::ffff:1.1.1.1"])
def test_an_address_of_the_internet_is_public(address: str) -> None:
    assert is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "127.1", "0x7f.1", "2130706433", "[::1]", "[::ffff:127.0.0.1]", "0"]
)
def test_this_machine_is_rejected_however_it_is_written(host: str) -> None:
    with pytest.raises(SourceError) as caught:
        fetch(f"http://{host}:9/")
    assert caught.value.code == "url.private"


def test_a_redirect_to_a_private_address_is_rejected(site: str) -> None:
    assert refusal(f"{site}/inside").code == "url.private"
    assert refusal(f"{site}/file").code == "url.form"


def test_a_name_is_looked_up_once_and_that_address_connected_to(site: str, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = iter(["127.0.0.1", "10.0.0.1"])
    port = int(site.rpartition(":")[2])
    looked_up = []
    original = socket.getaddrinfo

    def getaddrinfo(host: str, *rest: Any, **more: Any) -> Any:
        if host != "example.org":
            return original(host, *rest, **more)
        looked_up.append(host)
        return [(2, 1, 6, "", (next(answers), port))]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    assert fetch(f"http://example.org:{port}/plain", allowed=anyone).name == f"example.org:{port}/plain"
    assert looked_up == ["example.org"]


def resolve(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> None:
    """Let example.org have these addresses, in this order."""
    original = socket.getaddrinfo
    entries = [(socket.AF_INET6 if ":" in one else socket.AF_INET, 1, 6, "", (one, 0)) for one in addresses]
    monkeypatch.setattr(
        socket,
        "getaddrinfo",
        lambda host, *rest, **more: entries if host == "example.org" else original(host, *rest, **more),
    )


def test_where_one_address_of_a_name_does_not_answer_the_next_is_tried(
    site: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"http://example.org:{site.rpartition(':')[2]}/plain"
    with monkeypatch.context() as patch:
        resolve(patch, "::1", "127.0.0.1")  # the site listens at the second one alone
        assert fetch(url, allowed=lambda address: address.is_loopback).text == "この灯台は1874年に建てられた。"
        resolve(patch, "::1", "::1")
        with pytest.raises(SourceError) as caught:
            fetch(url, allowed=lambda address: address.is_loopback)
    assert caught.value.code == "url.failed"


def test_a_name_with_one_address_that_is_not_public_is_rejected_before_any_is_tried(
    site: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    ASKED.clear()
    with monkeypatch.context() as patch:
        resolve(patch, "127.0.0.1", "10.0.0.1")
        assert refusal(f"http://example.org:{site.rpartition(':')[2]}/plain").code == "url.private"
    assert ASKED == []


@pytest.mark.parametrize(
    ("path", "code"),
    [("/nothing", "failed"), ("/round", "redirects"), ("/packed", "compressed"), ("/broken", "broken")],
)
def test_a_failed_fetch_gives_a_one_line_error_with_its_reason_in_the_code(site: str, path: str, code: str) -> None:
    error = refusal(site + path)
    assert error.code == f"url.{code}" and site in str(error)


def test_what_breaks_off_is_not_taken_for_the_whole(site: str) -> None:
    assert "broke off" in str(refusal(f"{site}/broken"))


def test_a_reply_that_is_too_large_or_too_slow_is_rejected(site: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "DEFAULT_MAX_BYTES", 4000)
    assert "larger" in str(refusal(f"{site}/large"))
    monkeypatch.setattr(fetching, "SECONDS", 1)
    started = time.monotonic()
    assert "longer than 1 s" in str(refusal(f"{site}/slow"))
    assert time.monotonic() - started < 5


@pytest.fixture
def secure_site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[int, Path]]:
    """Serve over TLS with a certificate for example.org; yield the port and the certificate."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "example.org")])
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(now - timedelta(1)).not_valid_after(now + timedelta(1))
    builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName("example.org")]), False)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), True)
    certificate = tmp_path / "certificate.pem"
    encoding, form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    certificate.write_bytes(builder.sign(key, hashes.SHA256()).public_bytes(encoding))
    (tmp_path / "key.pem").write_bytes(key.private_bytes(encoding, form, serialization.NoEncryption()))
    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, tmp_path / "key.pem")
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    port = server.server_address[1]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [(2, 1, 6, "", ("127.0.0.1", port))])
    yield port, certificate
    server.shutdown()
    server.server_close()


def test_over_tls_the_certificate_has_to_be_that_of_the_name(
    secure_site: tuple[int, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    port, certificate = secure_site
    assert "CERTIFICATE_VERIFY_FAILED" in str(refusal(f"https://example.org:{port}/plain"))
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    assert fetch(f"https://example.org:{port}/plain", allowed=anyone).text.startswith("この灯台は")
    assert "CERTIFICATE_VERIFY_FAILED" in str(refusal(f"https://example.net:{port}/plain"))


@pytest.mark.parametrize(
    "url",
    ["ftp://a/b", "file:///etc/passwd", "http://", "http://user:secret@example.org/", "http://a:99999/", "gopher://a"],
)
def test_only_addresses_of_the_web_are_taken(url: str) -> None:
    assert refusal(url).code == "url.form"


def test_an_unknown_host_name_gives_an_error() -> None:
    assert refusal("http://no-such-name.invalid/").code == "url.host"
    assert refusal(f"http://{'a' * 70}.org/").code == "url.host"

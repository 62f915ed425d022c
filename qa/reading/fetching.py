"""A web address -> a source. Called only if the user has switched fetching on.

A host name is looked up once, and only the addresses found then are connected to, so a later answer of the name
server cannot lead elsewhere. A host with an address that is not public is rejected; this is checked again at each
redirect. Proxies, cookies and passwords of the environment are not used.
"""

from __future__ import annotations

import http.client
import ipaddress
import posixpath
import re
import socket
import ssl
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from email.message import Message
from urllib.parse import SplitResult, urljoin, urlsplit

from qa import __version__
from qa.errors import SourceError
from qa.reading.encodings import web_codec
from qa.reading.extraction.formats import READABLE_SUFFIXES
from qa.reading.files import DEFAULT_MAX_BYTES, DEFAULT_MAX_CHARS, source_from_bytes
from qa.text.source import Source, clean_name

SECONDS = 30
"""Time limit for a fetch, redirects included. The system's own limit applies to looking up a name."""
REDIRECTS = 5
"""Most redirects that are followed."""
_PORTS = {"http": 80, "https": 443}
_SUFFIX_OF_TYPE = {
    "text/html": ".html", "application/xhtml+xml": ".html", "text/plain": ".txt", "text/markdown": ".md",
    "text/vtt": ".vtt", "application/x-subrip": ".srt", "text/csv": ".csv", "text/tab-separated-values": ".tsv",
    "message/rfc822": ".eml", "application/x-ipynb+json": ".ipynb", "application/x-tex": ".tex", "text/x-rst": ".rst",
}  # fmt: skip
"""Media type -> the suffix of such a file."""
_HTML_START = re.compile(rb"(?:\xef\xbb\xbf)?\s*<(?:!doctype\s+)?html\b", re.IGNORECASE)
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
"""IPv6 addresses that stand for an IPv4 address, in their last 32 bits (RFC 6052)."""
_MOVED = {301, 302, 303, 307, 308}

_HEADERS = {
    "User-Agent": f"cited-qa/{__version__}",
    "Accept": "text/html, text/plain, application/pdf, application/epub+zip, */*;q=0.5",
    "Accept-Encoding": "identity",
    "Connection": "close",
}

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def is_url(text: str) -> bool:
    """Return whether a string is a web address, of any scheme, and not a path."""
    return re.match(r"[a-z][a-z0-9+.-]*://", text.strip(), re.IGNORECASE) is not None


def fetching_off_error(url: str) -> SourceError:
    """Return the error for a web address while fetching is switched off."""
    return SourceError("url.off", url=clean_name(url))


def fetch(url: str, *, max_chars: int = DEFAULT_MAX_CHARS, allowed: Callable[[Address], bool] | None = None) -> Source:
    """Fetch the text at a web address. Its name is the address after all redirects, without the scheme.

    Args:
        url: an address with http or https.
        max_chars: most code points of the text.
        allowed: tells whether an IP address may be connected to; by default the public ones.

    Raises:
        SourceError: the address does not exist or is not public, the fetch failed, or what was fetched is too large
            or not a text.
    """
    reply = _get(url.strip(), allowed or is_public, time.monotonic() + SECONDS)
    place = urlsplit(reply.url)
    name = clean_name(f"{place.netloc}{place.path}".rstrip("/") + (f"?{place.query}" if place.query else ""))
    file_name = name + _file_suffix(place.path, reply)
    return source_from_bytes(file_name, _as_utf8(reply), max_chars=max_chars).named(name)


@dataclass(frozen=True)
class _Reply:
    """What a server sent.

    Attributes:
        url: the address after all redirects.
        headers: the headers.
        data: the bytes of the body.
    """

    url: str
    headers: Message
    data: bytes


def _file_suffix(path: str, reply: _Reply) -> str:
    """Return the suffix that tells the kind of a text: by its type, else its name, else its beginning.

    Binary formats need none: they are recognized by their bytes.
    """
    said = reply.headers.get("Content-Type") and reply.headers.get_content_type()
    if said in (None, "text/plain", "application/octet-stream"):
        own = posixpath.splitext(path)[1].lower()
        if own in READABLE_SUFFIXES:
            return own
        if said != "text/plain" and _HTML_START.match(reply.data):
            return ".html"
    return _SUFFIX_OF_TYPE.get(said or "", "")


def _as_utf8(reply: _Reply) -> bytes:
    """Return a text as UTF-8 with a byte order mark if the server names its encoding, else the bytes as they are."""
    data, headers = reply.data, reply.headers
    named = headers.get_param("charset")
    codec = web_codec(named) if isinstance(named, str) and headers.get_content_maintype() == "text" else None
    if codec is None or codec == "iso2022_jp":  # `decode` reads more kinds of it than Python's codec
        return data
    with suppress(UnicodeError):
        if codec == "cp1252" and not data.isascii():  # many servers give this by default, also for UTF-8
            data.decode("utf-8")
            return data
    with suppress(UnicodeError):
        return data.decode(codec).encode("utf-8-sig")
    return data


def is_public(address: Address) -> bool:
    """Return whether an address is on the public internet, and so is the IPv4 address that it may stand for."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo or (None, None))[1]
        if inner is None and address in _NAT64:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(inner)
        if address.is_site_local:
            return False
    return address.is_global and not (address.is_multicast or address.is_reserved or address.is_unspecified)


def _get(url: str, allowed: Callable[[Address], bool], deadline: float) -> _Reply:
    """Get a web address and follow its redirects, until ``deadline`` by ``time.monotonic``."""
    for _ in range(REDIRECTS + 1):
        place = _split_web_address(url)
        connection = _PinnedConnection(place, _resolve(url, place, allowed), deadline)
        # No timeout of a single read ends a server that sends a byte now and then: at the deadline, cut the connection.
        cut = threading.Timer(max(0.0, deadline - time.monotonic()), connection.cut)
        cut.start()
        try:
            connection.request("GET", _request_target(place), headers=_HEADERS)
            reply = connection.getresponse()
            if reply.status in _MOVED and (location := reply.getheader("Location")):
                url = urljoin(url, _percent_encoded(location.encode("latin-1")))  # the bytes as they were sent
                continue
            if reply.status != http.client.OK:
                raise SourceError("url.failed", url=clean_name(url), why=f"{reply.status} {clean_name(reply.reason)}")
            if reply.getheader("Content-Encoding", "identity").strip().lower() != "identity":
                raise SourceError("url.compressed", url=clean_name(url))
            data = _read_body(reply, deadline)
        except (OSError, http.client.HTTPException, ValueError) as error:
            if time.monotonic() >= deadline:
                raise SourceError("url.late", url=clean_name(url), seconds=SECONDS) from error
            if isinstance(error, ConnectionAbortedError | http.client.IncompleteRead) or not str(error):
                raise SourceError("url.broken", url=clean_name(url)) from error
            raise SourceError("url.failed", url=clean_name(url), why=str(error)) from error
        finally:
            cut.cancel()
            connection.close()
        if time.monotonic() >= deadline:  # cut, which a reply without a length does not show
            raise SourceError("url.late", url=clean_name(url), seconds=SECONDS)
        if len(data) > DEFAULT_MAX_BYTES:
            raise SourceError("url.large", url=clean_name(url), limit=DEFAULT_MAX_BYTES >> 20)
        return _Reply(url, reply.headers, data)
    raise SourceError("url.redirects", url=clean_name(url), count=REDIRECTS)


class _PinnedConnection(http.client.HTTPConnection):
    """A connection to the first that answers of the given addresses; over TLS the certificate is checked by name."""

    def __init__(self, place: SplitResult, addresses: Sequence[Address], deadline: float) -> None:
        super().__init__(place.hostname or "", place.port or _PORTS[place.scheme])
        self._secure = place.scheme == "https"
        self._addresses = addresses
        self._deadline = deadline

    def connect(self) -> None:
        self.sock = self._connect_to_any()
        if self._secure:
            context = ssl.create_default_context()
            self.sock = context.wrap_socket(self.sock, server_hostname=self.host, do_handshake_on_connect=False)
        self._line = self.sock  # kept, because the reply takes `self.sock` over once its headers are read
        self._line.settimeout(self._left())
        if isinstance(self._line, ssl.SSLSocket):
            self._line.do_handshake()
        self._left()

    def _connect_to_any(self) -> socket.socket:
        """Try the addresses in turn. Each gets an equal share of the time left, so that a silent one costs no other."""
        failure: OSError = ConnectionError()
        for tried, address in enumerate(self._addresses):
            share = self._left() / (len(self._addresses) - tried)
            try:
                return socket.create_connection((str(address), self.port), timeout=share)
            except OSError as error:
                failure = error
        raise failure

    def _left(self) -> float:
        """Return the seconds until the deadline."""
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left

    def cut(self) -> None:
        """Shut the connection down; may be called from another thread."""
        with suppress(OSError, AttributeError):  # not connected yet, or no longer
            self._line.shutdown(socket.SHUT_RDWR)


def _split_web_address(url: str) -> SplitResult:
    """Return the parts of an address with http or https, a host and no password."""
    try:
        place = urlsplit(url)
        valid = place.scheme in _PORTS and place.hostname and not place.username and not place.password
        valid = valid and (place.port is None or place.port > 0)
    except ValueError:
        valid = False
    if not valid:
        raise SourceError("url.form", url=clean_name(url))
    return place


def _resolve(url: str, place: SplitResult, allowed: Callable[[Address], bool]) -> list[Address]:
    """Return the addresses of a host, looked up here and nowhere else; all of them must be allowed."""
    try:
        host = (place.hostname or "").encode("idna").decode() if ":" not in (place.hostname or "") else place.hostname
        found = socket.getaddrinfo(host, place.port or _PORTS[place.scheme], type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise SourceError("url.host", url=clean_name(url)) from error
    addresses = [ipaddress.ip_address(str(entry[4][0]).partition("%")[0]) for entry in found]
    if not addresses or not all(allowed(address) for address in addresses):
        raise SourceError("url.private", url=clean_name(url))
    return list(dict.fromkeys(addresses))


def _read_body(reply: http.client.HTTPResponse, deadline: float) -> bytes:
    """Read the body until its end, its size limit or the deadline."""
    data = bytearray()
    more = b"-"
    while more and len(data) <= DEFAULT_MAX_BYTES and time.monotonic() < deadline:
        more = reply.read1(1 << 16)
        data += more
    if reply.length and not more:  # bytes that were announced are missing
        raise ConnectionAbortedError
    return bytes(data)


def _request_target(place: SplitResult) -> str:
    """Return path and query as the first line of a request has them."""
    path = (place.path or "/") + (f"?{place.query}" if place.query else "")
    return _percent_encoded(path.encode("utf-8", "surrogatepass"))


def _percent_encoded(address: bytes) -> str:
    """Return an address in which every byte but printable ASCII is percent-encoded."""
    return "".join(chr(byte) if 0x21 <= byte <= 0x7E else f"%{byte:02X}" for byte in address)

"""A web address -> what it holds. Only called where the user has switched that on.

The name is looked up once, and that very address is connected to: no second answer of a name server can lead
elsewhere. Addresses that are not public are refused, at each redirect anew. No proxy, cookie or password of
the environment has a part in it.
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
from email.message import Message
from urllib.parse import SplitResult, urljoin, urlsplit

from qa import __version__
from qa.errors import SourceError
from qa.reading.encodings import web_codec
from qa.reading.files import DEFAULT_MAX_BYTES, DEFAULT_MAX_CHARS, source_from_bytes
from qa.text.source import Source, clean_name

SECONDS = 30
"""For all of it, redirects too; looking a name up has the system's own limit."""
REDIRECTS = 5
_PORTS = {"http": 80, "https": 443}
_SUFFIXES = {
    "text/html": ".html", "application/xhtml+xml": ".html", "text/plain": ".txt", "text/markdown": ".md",
    "text/vtt": ".vtt", "application/x-subrip": ".srt",
}  # fmt: skip
_TEXTS = {*_SUFFIXES.values(), ".htm", ".xhtml", ".ass", ".ssa"}
_PAGE = re.compile(rb"(?:\xef\xbb\xbf)?\s*<(?:!doctype\s+)?html\b", re.IGNORECASE)
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_MOVED = {301, 302, 303, 307, 308}

_HEADERS = {
    "User-Agent": f"cited-qa/{__version__}",
    "Accept": "text/html, text/plain, application/pdf, application/epub+zip, */*;q=0.5",
    "Accept-Encoding": "identity",
    "Connection": "close",
}

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def is_url(text: str) -> bool:
    """Whether this is meant as an address on the web, of whatever scheme, and not as a path."""
    return re.match(r"[a-z][a-z0-9+.-]*://", text.strip(), re.IGNORECASE) is not None


def refused(url: str) -> SourceError:
    """What is told where this is not switched on."""
    shown = clean_name(url)
    return SourceError(
        "url.off", url=shown,
    )  # fmt: skip


def fetch(url: str, *, max_chars: int = DEFAULT_MAX_CHARS, allowed: Callable[[Address], bool] | None = None) -> Source:
    """The text at a web address, under the address where it was found in the end, without its scheme.

    Args:
        url: http or https.
        max_chars: the longest text accepted, in code points.
        allowed: which addresses may be connected to; when left out, the public ones.

    Raises:
        SourceError: no such address, one that is not public, a failure on the way, too much, or no text.
    """
    deadline = time.monotonic() + SECONDS
    final, kind, data = _get(url.strip(), allowed or is_public, deadline)
    place = urlsplit(final)
    name = clean_name(f"{place.netloc}{place.path}".rstrip("/") + (f"?{place.query}" if place.query else ""))
    return source_from_bytes(name + _suffix(place.path, kind, data), _marked(data, kind), max_chars=max_chars).named(
        name
    )


def _suffix(path: str, kind: Message, data: bytes) -> str:
    """What a text is: as its server says, else its name, else its beginning. The rest shows in its bytes."""
    said = kind.get("Content-Type") and kind.get_content_type()
    if said in (None, "text/plain", "application/octet-stream"):
        own = posixpath.splitext(path)[1].lower()
        if own in _TEXTS:
            return own
        if said != "text/plain" and _PAGE.match(data):
            return ".html"
    return _SUFFIXES.get(said or "", "")


def _marked(data: bytes, kind: Message) -> bytes:
    """A text in the encoding that the server names, as UTF-8 with its mark; else as it came."""
    named = kind.get_param("charset")
    codec = web_codec(named) if isinstance(named, str) and kind.get_content_maintype() == "text" else None
    if codec is None or codec == "iso2022_jp":  # which is read better by what is in it
        return data
    with suppress(UnicodeError):
        if codec == "cp1252" and not data.isascii():  # many servers say so of whatever they send
            data.decode("utf-8")
            return data
    with suppress(UnicodeError):
        return data.decode(codec).encode("utf-8-sig")
    return data


def is_public(address: Address) -> bool:
    """Whether an address is one of the internet's, and no other stands within it."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo or (None, None))[1]
        if inner is None and address in _NAT64:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(inner)
        if address.is_site_local:
            return False
    return address.is_global and not (address.is_multicast or address.is_reserved or address.is_unspecified)


def _get(url: str, allowed: Callable[[Address], bool], deadline: float) -> tuple[str, Message, bytes]:
    """Where it was found in the end, its headers, and what it is."""
    for _ in range(REDIRECTS + 1):
        place = _expect_web(url)
        connection = _Pinned(place, _looked_up(url, place, allowed), deadline)
        # A server may send a byte now and then for ever: in the end the line is cut.
        cut = threading.Timer(max(0.0, deadline - time.monotonic()), connection.cut)
        cut.start()
        try:
            connection.request("GET", _target(place), headers=_HEADERS)
            reply = connection.getresponse()
            if reply.status in _MOVED and (location := reply.getheader("Location")):
                url = urljoin(url, _quoted(location.encode("latin-1")))  # as bytes, whatever they were meant for
                continue
            if reply.status != http.client.OK:
                raise _failed(url, f"{reply.status} {clean_name(reply.reason)}")
            if reply.getheader("Content-Encoding", "identity").strip().lower() != "identity":
                raise _failed(url, "it is compressed though that was not asked for")
            data = _received(reply, deadline)
        except (OSError, http.client.HTTPException, ValueError) as error:
            late = time.monotonic() >= deadline
            raise _failed(url, f"it took longer than {SECONDS} s" if late else str(error) or "no reply") from error
        finally:
            cut.cancel()
            connection.close()
        if time.monotonic() >= deadline:  # cut off in the middle, which a reply without a length does not show
            raise _failed(url, f"it took longer than {SECONDS} s")
        if len(data) > DEFAULT_MAX_BYTES:
            raise _failed(url, f"it is larger than {DEFAULT_MAX_BYTES >> 20} MiB")
        return url, reply.headers, data
    raise _failed(url, f"it leads on more than {REDIRECTS} times")


class _Pinned(http.client.HTTPConnection):
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
        self._line = self.sock  # that of the connection goes to the reply once its head is read
        self._line.settimeout(self._left())
        if isinstance(self._line, ssl.SSLSocket):
            self._line.do_handshake()
        self._left()

    def _connect_to_any(self) -> socket.socket:
        """Try the addresses in turn. Each gets an equal share of the time left, so that a silent one costs no other."""
        failure: OSError = ConnectionError("no address")
        for tried, address in enumerate(self._addresses):
            share = self._left() / (len(self._addresses) - tried)
            try:
                return socket.create_connection((str(address), self.port), timeout=share)
            except OSError as error:
                failure = error
        raise failure

    def _left(self) -> float:
        """Seconds until it has to be over."""
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left

    def cut(self) -> None:
        """Ends it from another thread."""
        with suppress(OSError, AttributeError):  # not connected, or no longer
            self._line.shutdown(socket.SHUT_RDWR)


def _expect_web(url: str) -> SplitResult:
    try:
        place = urlsplit(url)
        sound = place.scheme in _PORTS and place.hostname and not place.username and not place.password
        sound = sound and (place.port is None or place.port > 0)
    except ValueError:
        sound = False
    if not sound:
        shown = clean_name(url)
        raise SourceError("url.form", url=shown)
    return place


def _looked_up(url: str, place: SplitResult, allowed: Callable[[Address], bool]) -> list[Address]:
    """Return the addresses of a host, looked up here and nowhere else; all of them must be allowed."""
    try:
        host = (place.hostname or "").encode("idna").decode() if ":" not in (place.hostname or "") else place.hostname
        found = socket.getaddrinfo(host, place.port or _PORTS[place.scheme], type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise _failed(url, "its name is not known") from error
    addresses = [ipaddress.ip_address(str(entry[4][0]).partition("%")[0]) for entry in found]
    if not addresses or not all(allowed(address) for address in addresses):
        shown = clean_name(url)
        raise SourceError(
            "url.private", url=shown,
        )  # fmt: skip
    return list(dict.fromkeys(addresses))


def _received(reply: http.client.HTTPResponse, deadline: float) -> bytes:
    """What comes, until it is all, too much or too late."""
    data = bytearray()
    more = b"-"
    while more and len(data) <= DEFAULT_MAX_BYTES and time.monotonic() < deadline:
        more = reply.read1(1 << 16)
        data += more
    if reply.length and not more:  # of those that are promised
        raise ConnectionError("it broke off")
    return bytes(data)


def _target(place: SplitResult) -> str:
    path = (place.path or "/") + (f"?{place.query}" if place.query else "")
    return _quoted(path.encode("utf-8", "surrogatepass"))


def _quoted(address: bytes) -> str:
    """An address with every byte that is none of ASCII's letters and signs as its number."""
    return "".join(chr(byte) if 0x21 <= byte <= 0x7E else f"%{byte:02X}" for byte in address)


def _failed(url: str, why: str) -> SourceError:
    shown = clean_name(url)
    return SourceError("url.failed", url=shown, why=why)

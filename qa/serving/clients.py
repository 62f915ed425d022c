"""The address of a client -> the name under which its requests are counted.

One subscriber usually gets a whole IPv6 /64 and can use any of its 2**64 addresses, so limits count the network. An
IPv4 address that a socket reports as IPv6 (``::ffff:192.0.2.1``) counts as the IPv4 address it is.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from typing import Any

IPV6_PREFIX = 64
"""Bits of an IPv6 address that name one client."""


def client_of(scope: Mapping[str, Any]) -> str:
    """Return the client of an ASGI request, as limits count it; "" if the server does not know it."""
    client = scope.get("client")
    return counted_as(client[0]) if client else ""


def counted_as(address: str) -> str:
    """Return an IPv4 address without port, an IPv6 address as its /64 network, and any other text unchanged."""
    try:
        parsed = ipaddress.ip_address(_bare(address))
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv4Address):
        return str(parsed)
    if parsed.ipv4_mapped:
        return str(parsed.ipv4_mapped)
    return str(ipaddress.ip_network((parsed, IPV6_PREFIX), strict=False))


def _bare(address: str) -> str:
    """Return an address without port, brackets and network interface; some proxies send ports along."""
    if address.startswith("["):
        address = address[1:].partition("]")[0]
    elif address.count(":") == 1:
        address = address.partition(":")[0]
    return address.partition("%")[0]

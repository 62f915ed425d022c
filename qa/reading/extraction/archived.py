"""A ZIP archive -> the files in it, each to be read by the table of kinds.

Of what Slack exports, a chat for each channel.
"""

from __future__ import annotations

import datetime as dt
import html
import io
import json
import posixpath
import re
import zipfile
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from qa.reading.encodings import decode
from qa.reading.extraction import Attached, Extracted, UnreadableError
from qa.reading.extraction.archive import MOST_FILES
from qa.reading.extraction.formats import READABLE_SUFFIXES, suffix_of

_MOST_BYTES = 48 << 20
"""Most bytes of all files that are handed over, unpacked."""
_UTF8_NAME = 0x800
"""The flag of a file whose name is in UTF-8."""
_SLACK_DAY = re.compile(r"(?P<channel>[^/]+)/\d{4}-\d\d-\d\d\.json\Z")
_SLACK_LINK = re.compile(
    r"<(?:@(?P<user>\w+)(?:\|[^>]*)?|[#!](?P<place>[\w^]+)(?:\|(?P<called>[^>]*))?"
    r"|(?P<url>[^|<>]+)(?:\|(?P<label>[^<>]*))?)>"
)


def read(data: bytes) -> Extracted:
    """Return the files in the archive in its order, without hidden ones.

    Raises:
        UnreadableError: the bytes are no archive, or it is encrypted or has too many files.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            files = [file for file in archive.infolist() if not file.is_dir()]
            if len(files) > MOST_FILES:
                raise UnreadableError("large")
            if any(file.flag_bits & 1 for file in files):
                raise UnreadableError("encrypted")
            names = {_name_of(file): file for file in files}
            is_slack = "users.json" in names and any(map(_SLACK_DAY.match, names))
            unpack = _Unpacking(archive)
            if is_slack:
                return Extracted("", attached=tuple(_channels(names, unpack)))
            return Extracted("", attached=tuple(_files(names, unpack)))
    except zipfile.BadZipFile as error:
        raise UnreadableError("damaged") from error


class _Unpacking:
    """Unpacks files of an archive until they are too many bytes together."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._left = _MOST_BYTES

    def data_of(self, file: zipfile.ZipInfo) -> bytes | None:
        """Return the bytes of a file; None if it is damaged, packed in an unknown way, or too large."""
        if file.file_size > self._left:
            return None
        self._left -= file.file_size
        try:
            return self._archive.read(file)  # no more than its declared size
        except (zipfile.BadZipFile, NotImplementedError, OSError, ValueError, EOFError):
            return None


def _files(names: Mapping[str, zipfile.ZipInfo], unpack: _Unpacking) -> Iterator[Attached]:
    for name, file in names.items():
        if any(part.startswith(".") for part in name.split("/")) or name.startswith("__MACOSX/"):
            continue
        yield Attached(name, unpack.data_of(file) if suffix_of(name) in READABLE_SUFFIXES else b"")


def _name_of(file: zipfile.ZipInfo) -> str:
    """Return a file's path in the archive; old programs write it in the encoding of their country."""
    name = file.filename
    if not file.flag_bits & _UTF8_NAME and not name.isascii():
        try:
            raw = name.encode("cp437")
        except UnicodeEncodeError:
            raw = b""
        name = decode(raw) or name
    return posixpath.normpath("/" + name.replace("\\", "/")).lstrip("/")


def _channels(names: Mapping[str, zipfile.ZipInfo], unpack: _Unpacking) -> Iterator[Attached]:
    """Yield the channels of a Slack export as chats, with times in UTC."""
    people = _people(_json_of(unpack.data_of(names["users.json"])))
    days: defaultdict[str, list[zipfile.ZipInfo]] = defaultdict(list)
    for name in sorted(names):
        if found := _SLACK_DAY.match(name):
            days[found["channel"]].append(names[name])
    for channel, files in days.items():
        messages = [one for file in files for one in _json_of(unpack.data_of(file)) if isinstance(one, dict)]
        lines = [line for message in messages if (line := _slack_line(message, people))]
        yield Attached(f"{channel}.txt", "\n".join(lines).encode("utf-8", "replace"))


def _json_of(data: bytes | None) -> list[Any]:
    try:
        found = json.loads(data or b"[]")
    except (ValueError, RecursionError):
        return []
    return found if isinstance(found, list) else []


def _people(users: list[Any]) -> dict[str, str]:
    """Return the names of the users by their ids."""
    found = {}
    for user in users:
        if isinstance(user, dict):
            held = user.get("profile")
            profile = held if isinstance(held, dict) else {}
            names = (profile.get("display_name"), user.get("real_name"), profile.get("real_name"), user.get("name"))
            found[str(user.get("id"))] = next((str(name) for name in names if name), str(user.get("id")))
    return found


def _slack_line(message: Mapping[str, Any], people: Mapping[str, str]) -> str:
    """Return a message in the form of a chat that WhatsApp exports; "" if it says nothing."""

    def linked(found: re.Match[str]) -> str:
        if user := found["user"]:
            return f"@{people.get(user, user)}"
        if place := found["place"]:
            return f"#{found['called'] or place}"
        return found["label"] or found["url"]

    words = html.unescape(_SLACK_LINK.sub(linked, str(message.get("text") or ""))).strip()
    try:
        at = dt.datetime.fromtimestamp(float(message["ts"]), dt.UTC)
    except (KeyError, TypeError, ValueError, OverflowError, OSError):
        return ""
    user = str(message.get("user") or message.get("username") or message.get("bot_id") or "Slack")
    name = people.get(user, user).replace(":", "").replace("\n", " ")
    return f"[{at:%Y-%m-%d, %H:%M:%S}] {name}: {words}" if words else ""

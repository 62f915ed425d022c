"""Take the disk away while an index is changed: python bench/faults/disk.py [--times 40]

On a small tmpfs that fills up, on a read-only one, with a btrfs quota, with a limit on the size of files, and with the
folder removed during the change. Each time the change has to succeed or fail with a one-line error, and the index has
to answer as before; if the folder is gone, the open index still has to. Mounting needs root, and the quota needs
btrfs-progs; what cannot be tried is skipped.
"""

from __future__ import annotations

import argparse
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from tqdm import tqdm

from qa import Index, QAError, Source, answer

GARDEN = Source("garden", "門の鍵は赤い箱の中にあります。\n\n庭師の名前は山田花子です。")
NEW = Source("new", "\n\n".join(f"第{n}号の灯台は{1800 + n}年に建てられた。" for n in range(60)))
QUESTION = "庭師の名前は何ですか"
ROWS = ("a full disk", "a read-only disk", "a quota", "a limit on the size of files", "a folder that vanishes")
BLOCK = 4096
"""Bytes in a block of a tmpfs."""


@contextmanager
def mounted(folder: Path, *what: str | Path) -> Iterator[Path]:
    """Mount a file system there; ``what`` are arguments of `mount`."""
    folder.mkdir(exist_ok=True)
    run("mount", *what, folder)
    try:
        yield folder
    finally:
        run("umount", "-l", folder)


def run(*command: str | Path) -> None:
    """Run a system program; raises CalledProcessError or FileNotFoundError if it fails."""
    subprocess.run(command, check=True, capture_output=True)


@contextmanager
def with_quotas(folder: Path) -> Iterator[Path]:
    """Mount a btrfs whose subvolumes can have quotas, which apply to root too."""
    image = folder / "btrfs"
    with image.open("wb") as file:
        file.truncate(256 * 1024**2)
    run("mkfs.btrfs", "-q", "--mixed", image)
    with mounted(folder / "quotas", "-o", "loop", image) as disk:
        run("btrfs", "quota", "enable", disk)
        yield disk


def possible(place: AbstractContextManager[Path]) -> bool:
    """Return whether there can be such a place here."""
    try:
        with place:
            return True
    except (subprocess.CalledProcessError, PermissionError, FileNotFoundError):
        return False


def change(index: Path) -> str:
    """Add a text; return how that ended."""
    try:
        Index.open(index).add(NEW)
    except QAError as error:
        return "one sentence" if "\n" not in str(error) else f"several lines: {error}"
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return "done"


def answers(index: Path | Index) -> bool:
    """Return whether the index still answers from its first text."""
    return "山田花子" in answer(index, QUESTION, sources=["garden"]).citations[0].quote


def limited(index: Path, limit: int) -> str:
    """Add a text where no file may be larger than ``limit`` bytes; return how that ended."""
    reading, writing = os.pipe()
    if not (child := os.fork()):
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
        os.write(writing, change(index).encode())
        os._exit(0)
    os.close(writing)
    os.waitpid(child, 0)
    with os.fdopen(reading) as pipe:
        return pipe.read()


def vanishing(index: Path, opened: Index, after: float) -> str:
    """Add a text while the folder is removed; return how that ended. The open index has to go on answering."""

    def remove() -> None:
        time.sleep(after)
        shutil.rmtree(index, ignore_errors=True)

    thread = threading.Thread(target=remove)
    thread.start()
    ended = change(index)
    thread.join()
    assert answers(opened)
    shutil.rmtree(index, ignore_errors=True)
    return ended


def main(times: int) -> int:
    """Print the table; return 1 if a change ended in anything but success or one sentence, else 0."""
    rows: dict[str, Counter[str]] = {}

    def count(row: str, ended: str, holds: Callable[[], bool]) -> None:
        counts = rows.setdefault(row, Counter())
        if ended not in ("done", "one sentence"):
            print(f"{row}: {ended}", file=sys.stderr)
            ended = "wrong"
        counts[ended] += 1
        try:
            counts["answers as before" if holds() else "lost"] += 1
        except Exception as error:
            print(f"{row}: {error}", file=sys.stderr)
            counts["lost"] += 1

    drawn = random.Random(0)
    with TemporaryDirectory() as name:
        folder = Path(name)
        start = folder / "start"
        Index.build(GARDEN, start)
        taken = sum(-(-path.stat().st_size // BLOCK) * BLOCK for path in start.rglob("*") if path.is_file())
        began = time.monotonic()
        shutil.copytree(start, folder / "index")
        assert change(folder / "index") == "done"
        seconds = time.monotonic() - began
        # From disks that hold what is there to such that hold the new one twice over, as the change needs them.
        sizes = [path.stat().st_size for path in (folder / "index" / "generations" / "2").rglob("*") if path.is_file()]
        span, largest = 2 * sum(-(-size // BLOCK) * BLOCK for size in sizes), 2 * max(sizes)
        if possible(mounted(folder / "small", "-t", "tmpfs", "-o", "size=1m", "tmpfs")):
            for number in tqdm(range(times), desc="full"):
                size = f"size={taken + BLOCK + number * span // times}"
                with mounted(folder / "small", "-t", "tmpfs", "-o", size, "tmpfs") as disk:
                    shutil.copytree(start, disk / "index")
                    ended = change(disk / "index")
                    count("a full disk", ended, lambda disk=disk: answers(disk / "index"))  # type: ignore[misc]
            with mounted(folder / "small", "-t", "tmpfs", "-o", "size=64m", "tmpfs") as disk:
                shutil.copytree(start, disk / "index")
                run("mount", "-o", "remount,ro", disk)
                count("a read-only disk", change(disk / "index"), lambda: answers(disk / "index"))
        if possible(with_quotas(folder)):
            with with_quotas(folder) as disk:
                for number in tqdm(range(times), desc="quota"):
                    home = disk / str(number)
                    run("btrfs", "subvolume", "create", home)
                    shutil.copytree(start, home / "index")
                    run("btrfs", "qgroup", "limit", str(taken + number * span // times), home)
                    ended = change(home / "index")
                    count("a quota", ended, lambda home=home: answers(home / "index"))  # type: ignore[misc]
        index = folder / "limited"
        for number in tqdm(range(times), desc="limited"):
            shutil.copytree(start, index)
            count(
                "a limit on the size of files", limited(index, 64 + number * largest // times), lambda: answers(index)
            )
            shutil.rmtree(index)
        index = folder / "vanishing"
        for _ in tqdm(range(times), desc="vanishing"):
            shutil.copytree(start, index)
            opened = Index.open(index)
            count("a folder that vanishes", vanishing(index, opened, drawn.uniform(0, seconds)), lambda: True)
    columns = ("done", "one sentence", "wrong", "answers as before", "lost")
    print(f"| {'':28} | " + " | ".join(columns) + " |")
    print(f"|{'-' * 30}|" + "|".join("-" * (len(column) + 2) for column in columns) + "|")
    for row in ROWS:
        counts = rows.get(row)
        cells = (
            [f"{counts[column]:>{len(column)}}" for column in columns]
            if counts
            else ["skipped: needs root, the quota btrfs-progs too"]
        )
        print(f"| {row:28} | " + " | ".join(cells) + " |")
    return 1 if any(counts["wrong"] + counts["lost"] for counts in rows.values()) else 0


if __name__ == "__main__":
    tqdm.set_lock(threading.RLock())  # its own is shared with forks: one that is killed while it holds it stops us all
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--times", type=int, default=40, help="sizes of the disk, limits and moments that are tried")
    sys.exit(main(parser.parse_args().times))

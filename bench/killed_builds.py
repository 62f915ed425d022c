"""Kills `qa build` at random moments and asks the index each time: python bench/killed_builds.py [--kills 50]

Half of the kills fall anywhere in a build, half while it writes its generation. Each must leave an index
that opens, every file checked, and answers: from the old text, or from the new one if the swap was done.
"""

from __future__ import annotations

import argparse
import random
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from tqdm import tqdm

from qa import Index, Source, answer

OLD = "暗号は青い鯨です。"
QUESTION = "暗号は何ですか"


def new_text(number: int) -> str:
    """A text of forty passages, other ones each time, so that each build has embedding to do."""
    return f"暗号は赤い鳥{number}です。\n\n" + "\n\n".join(f"第{number}の話の{n}段落目です。" * 8 for n in range(40))


def build(index: Path, text: str) -> subprocess.Popen[bytes]:
    """Starts a build of another text into the same folder."""
    command = [sys.executable, "-m", "qa", "build", "--text", text, "--index", str(index)]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def wait_until_writing(index: Path, builder: subprocess.Popen[bytes]) -> None:
    """Returns when the generation's folder has appeared, or the builder has ended."""
    while builder.poll() is None and not list((index / "generations").glob("*.unfinished")):
        time.sleep(0.01)


def main(kills: int) -> int:
    """Prints what each kill left; the number of indexes that did not answer is the exit code."""
    drawn = random.Random(0)
    left = {"the old text": 0, "the new text": 0, "nothing": 0}
    with TemporaryDirectory() as folder:
        index = Path(folder) / "index"
        Index.build(Source("old", OLD), index)
        started = time.monotonic()
        build(index, new_text(0)).wait()
        whole = time.monotonic() - started
        wait = build(index, new_text(1))
        wait_until_writing(index, wait)
        started = time.monotonic()
        wait.wait()
        writing = time.monotonic() - started
        Index.build(Source("old", OLD), index)
        for number in tqdm(range(2, kills + 2), desc="killing"):
            builder = build(index, new_text(number))
            if number % 2:
                wait_until_writing(index, builder)
            time.sleep(drawn.uniform(0, writing if number % 2 else whole))
            builder.kill()
            builder.wait()
            try:
                quote = answer(index, QUESTION).citations[0].quote
            except Exception as error:
                print(f"kill {number - 1}: {error}")
                quote = ""
            left["the old text" if "青い鯨" in quote else "the new text" if "赤い鳥" in quote else "nothing"] += 1
            if "赤い鳥" in quote:
                Index.build(Source("old", OLD), index)
    print(f"{kills} kills (a build took {whole:.0f} s, {writing:.1f} s of them writing); the index answered from:")
    for text, count in left.items():
        print(f"  {text:13} {count}")
    return left["nothing"]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=50)
    sys.exit(main(parser.parse_args().kills))

"""Opens the chat on ./source and ./index: ``python app.py``."""

from __future__ import annotations

import sys
from pathlib import Path

from qa.errors import QAError
from qa.serving.server import ending_at_once, serve

if __name__ == "__main__":
    here = Path(__file__).resolve().parent
    try:
        with ending_at_once():
            serve(here / "index", sources=here / "source")
    except QAError as error:
        sys.exit(str(error))

"""Serve the chat on ./source and ./index: ``python app.py`` takes the options of ``qa serve``."""

from __future__ import annotations

from pathlib import Path

from qa.cli.options import Settings
from qa.cli.serving import serve

if __name__ == "__main__":
    here = Path(__file__).resolve().parent
    serve.main(
        prog_name="app.py",
        obj=Settings(here / "index", json=False),
        help_option_names=["-h", "--help"],
        default_map={"build_from": here / "source"},
    )

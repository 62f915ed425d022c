"""The syntax of modules, for what is asked of how they are written."""

from __future__ import annotations

import ast
import gc
from pathlib import Path


def parsed(path: Path) -> ast.Module:
    """A module's syntax tree.

    The collector of garbage waits meanwhile: what it runs, in whichever thread, may parse something too, and Python
    3.11 then loses count ("AST constructor recursion depth mismatch").
    """
    gc.disable()
    try:
        return ast.parse(path.read_text(encoding="utf-8"))
    finally:
        gc.enable()

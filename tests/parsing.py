"""The syntax trees of modules, for tests of how the code is written."""

from __future__ import annotations

import ast
import gc
from pathlib import Path


def parsed(path: Path) -> ast.Module:
    """Return a module's syntax tree.

    The garbage collector is off meanwhile. What it runs, in any thread, may parse something too, and Python 3.11 then
    fails with "AST constructor recursion depth mismatch".
    """
    gc.disable()
    try:
        return ast.parse(path.read_text(encoding="utf-8"))
    finally:
        gc.enable()

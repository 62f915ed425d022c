"""Long work -> events that say which stage it is in, how much of it is done, and how much there is.

Every function that may take longer than a moment takes a ``Progress`` and calls it now and then. An error that
the callable raises ends the work and changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum


class Stage(StrEnum):
    """A stage of long work; its value is the end of the key of what a progress bar shows."""

    WAITING = "waiting"
    """Another process is changing the index; 0 of 0."""
    SPLITTING = "splitting"
    """Sources are being split into passages; counts sources, before each one."""
    EMBEDDING = "embedding"
    """Passages are being embedded; counts those that have to be, after each one."""
    WRITING = "writing"
    """The new generation is being written and put in place; reported once, with the number of passages."""
    ASKING = "asking"
    """The questions of a set are being asked; counts questions, after each one."""


@dataclass(frozen=True)
class ProgressEvent:
    """The progress of a long task.

    Attributes:
        stage: what is being done.
        done: how many of the stage's units are done.
        total: how many units the stage has; 0 where it counts none.
    """

    stage: Stage
    done: int
    total: int


Progress = Callable[[ProgressEvent], None]

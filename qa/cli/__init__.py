"""The shell: each command is one call of the package.

commands.py     the group ``qa``
indexing.py     build, add, remove, rename, list        asking.py       search, ask, chat, eval
maintenance.py  log, rollback, doctor                   serving.py      serve, password
options.py      the options they share                  reporting.py    errors as one sentence and an exit code

The installed command ``qa`` calls ``qa.cli.main``.
"""

from qa.cli.commands import main

__all__ = ["main"]

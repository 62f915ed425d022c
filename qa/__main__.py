"""``python -m qa``: the same as the command ``qa``."""

from qa.cli.commands import main

main(prog_name="qa")

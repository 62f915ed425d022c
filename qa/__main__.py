"""Run ``python -m qa`` like the command ``qa``."""

from qa.cli.commands import main

main(prog_name="qa")

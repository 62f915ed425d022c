"""Run ``python -m qa`` like the command ``qa``."""

from qa.cli import main

main(prog_name="qa")

"""What the commands share towards a terminal: ending in one line, and text from outside that cannot steer it."""

import os
import sys
from typing import NoReturn

import click

from secdigest_pipeline.base.redaction import known_secrets, without


def end(message: str) -> NoReturn:
    """End the command: `secdigest: <message>` on standard error, without our own credentials; exit code 1."""
    click.echo(f"secdigest: {without(message, known_secrets(os.environ))}", err=True)
    sys.exit(1)


def printable(line: str) -> str:
    """`line` with a blank for every character that is not printed but acted on (control, escape, bidi, line break)."""
    return "".join(char if char.isprintable() else " " for char in line)

"""What the commands share towards a terminal: ending in one line, and text from outside that cannot steer it."""

import sys
from typing import NoReturn

import click


def end(message: str) -> NoReturn:
    """End the command: `secdigest: <message>` on standard error, exit code 1."""
    click.echo(f"secdigest: {message}", err=True)
    sys.exit(1)


def printable(line: str) -> str:
    """`line` with a blank for every character that is not printed but acted on (control, escape, bidi, line break)."""
    return "".join(char if char.isprintable() else " " for char in line)

"""What the commands share towards a terminal: ending in one line, and an encoding that takes every character."""

import codecs
import io
import os
import sys
from typing import NoReturn

import click

from secdigest_pipeline.base.redaction import known_secrets, without


def end(message: str) -> NoReturn:
    """End the command: `secdigest: <message>` on standard error, without our own credentials; exit code 1."""
    click.echo(f"secdigest: {without(message, known_secrets(os.environ))}", err=True)
    sys.exit(1)


def all_printable() -> None:
    """Let standard output and error take every character: what the locale's encoding has not is written as an escape.

    An ASCII locale (C, POSIX) says that none was chosen, so it gets UTF-8, as PEP 540 has it.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            ascii_only = codecs.lookup(stream.encoding).name == "ascii"
            stream.reconfigure(encoding="utf-8" if ascii_only else None, errors="backslashreplace")

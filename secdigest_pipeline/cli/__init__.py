"""`secdigest`: the command line. Each command is a module of its own; this one only gathers them."""

from secdigest_pipeline.cli.main import main

__all__ = ["main"]

"""`iop`: the command line; every command prints for people, or one JSON value with --json."""

from iop_pipelines.cli.main import main

__all__ = ["main"]

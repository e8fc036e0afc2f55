"""The command line: the verbs, and how to call the rest.

Data goes to standard output, talk to standard error. Exit codes: 0 fine; 1 does not conform, or differs; 2 wrong
usage; 3 could not be checked or read; 4 integrity broken.
"""

from __future__ import annotations

import os
import sys

import click

from registergraf.cli.group import registergraf
from registergraf.errors import QuerySyntaxError, RegistergrafError

__all__ = ["main"]


def main() -> None:
    """Run the command line and leave with its exit code."""
    sys.exit(run())


def run() -> int:
    """Run the command line; every error of ours is one sentence on standard error and its class's exit code."""
    try:
        code = registergraf(standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except click.Abort:
        return 130
    except RegistergrafError as error:
        click.echo(f"registergraf: {error}", err=True)
        if isinstance(error, QuerySyntaxError) and error.excerpt:
            click.echo(error.excerpt, err=True)
        return error.exit_code
    except BrokenPipeError:
        # The reader of our output has gone; say nothing, and do not fail once more at the flush on exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    return code if isinstance(code, int) else 0

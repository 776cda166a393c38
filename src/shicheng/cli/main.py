"""`shicheng …`: the front door for operators and scripts."""

from __future__ import annotations

import sys
from typing import NoReturn

import typer

from shicheng import __version__
from shicheng.base.errors import plain_error
from shicheng.cli import (
    accounts,
    acquiring,
    archive,
    arranging,
    authorities,
    cataloguing,
    collecting,
    describing,
    editing,
    finding,
    intake,
    keeping,
    moving,
    output,
    planning,
    powers,
    printing,
    schemes,
    tokens,
)
from shicheng.kernel.errors import ShichengError

app = typer.Typer(
    name="shicheng",
    help="Shicheng 史宬: takes in an office's records, proves that they are sound, keeps them and finds them again.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    rich_markup_mode=None,
)


def _version(value: bool) -> None:
    if value:
        typer.echo(f"shicheng {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: bool = typer.Option(False, "--version", callback=_version, is_eager=True, help="Show the version."),
) -> None:
    """Shicheng 史宬."""


archive.add_to(app)
intake.add_to(app)
arranging.add_to(app)
acquiring.add_to(app)
collecting.add_to(app)
cataloguing.add_to(app)
finding.add_to(app)
printing.add_to(app)
editing.add_to(app)
describing.add_to(app)
authorities.add_to(app)
keeping.add_to(app)
moving.add_to(app)
schemes.add_to(app)
planning.add_to(app)
tokens.add_to(app)
accounts.add_to(app)
powers.add_to(app)


def main() -> None:
    """Run a command; our errors become one plain line on stderr and an exit code."""
    try:
        app()
    except ShichengError as error:
        _end(error)
    except BrokenPipeError:
        sys.exit(141)
    except KeyboardInterrupt:
        sys.exit(130)
    except Exception as error:
        known = plain_error(error)
        if known is None:
            raise
        _end(known)


def _end(error: ShichengError) -> NoReturn:
    if "--json" in sys.argv:
        output.print_json(
            {"error": error.code, "message": str(error.message), "hint": str(error.hint) if error.hint else ""}
        )
    output.err.print(f"✗ {error}", style="red", markup=False, soft_wrap=True)
    sys.exit(error.exit_code)

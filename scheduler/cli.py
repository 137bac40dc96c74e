"""`rejig` on the command line: stdout is data, stderr is narration.

Exit status: 0 done; 1 no plan, or the plan is not feasible; 2 the input is not usable as it is; 3 a fault of ours.
"""

from __future__ import annotations

import errno
import io
import sys
import tempfile
import traceback
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from scheduler import __version__
from scheduler.commands.audit import audit
from scheduler.commands.backup import backup, restore, verify
from scheduler.commands.check import check
from scheduler.commands.compare import compare
from scheduler.commands.connections import connections
from scheduler.commands.console import say_error
from scheduler.commands.demo import demo
from scheduler.commands.fixes import fixes
from scheduler.commands.gantt import gantt
from scheduler.commands.keys import keys
from scheduler.commands.plan import plan
from scheduler.commands.promise import promise
from scheduler.commands.replay import replay
from scheduler.commands.serve import serve
from scheduler.commands.simulate import simulate
from scheduler.commands.sources import sources
from scheduler.commands.warm import warm
from scheduler.commands.why import why
from scheduler.errors import InternalFault, RejigError

BAD_INPUT = 2
OUR_FAULT = 3
STOPPED = 130
WORDS = 400


class ErrorsInWords(TyperGroup):
    """A group whose commands end in words where the input is at fault, never in a traceback."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except InternalFault as fault:
            raise typer.Exit(say_fault(fault)) from None
        except RejigError as error:
            say_error(error)
        except BrokenPipeError:
            # Whoever read our output has read enough.
            sys.stderr.close()
            raise typer.Exit(1) from None
        except OSError as error:
            if error.filename is None and error.errno not in (errno.ENOSPC, errno.EDQUOT):
                raise typer.Exit(say_fault(error)) from None
            say_error(f"{error.filename or 'writing'}: {error.strerror}")
        except KeyboardInterrupt:
            raise typer.Exit(STOPPED) from None
        except Exception as fault:
            if isinstance(fault, typer.Abort) or hasattr(fault, "exit_code"):
                raise  # wrong usage, which typer says itself, or an end that was asked for
            raise typer.Exit(say_fault(fault)) from None
        raise typer.Exit(BAD_INPUT)


def say_fault(fault: Exception) -> int:
    """In words, with the traceback in a file for those who mend it; the exit status."""
    words = f"{type(fault).__name__}: {fault}"
    say_error(f"This is a fault of Rejig's: {words if len(words) < WORDS else words[:WORDS] + '…'}")
    try:
        with tempfile.NamedTemporaryFile("w", prefix="rejig-fault-", suffix=".txt", delete=False) as file:
            file.write("".join(traceback.format_exception(fault)))
        say_error(f"Where it happened stands in {file.name}; nothing else is in it. Please send it with the input.")
    except OSError:
        say_error("Nothing was written.")
    return OUR_FAULT


app = typer.Typer(
    name="rejig",
    cls=ErrorsInWords,
    help="Rejigs a factory's schedule the moment the floor changes.",
    epilog="Try: rejig demo. A scenario is a folder of CSV files, a zip of it, or an .xlsx workbook.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:
    if wanted:
        print(f"rejig {__version__}")
        raise typer.Exit


@app.callback()
def rejig(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and end.")
    ] = False,
) -> None:
    """Rejigs a factory's schedule the moment the floor changes."""


COMMANDS = (
    plan, check, compare, why, fixes, promise, replay, gantt, serve, connections, sources, simulate, demo, warm,
)  # fmt: skip
for command in COMMANDS:
    app.command()(command)
app.command()(backup)
app.command()(restore)
app.command()(verify)

for group, subject in ((keys, "keys"), (audit, "audit")):
    app.add_typer(group, name=subject)


def main() -> None:
    """The entry point of the `rejig` command."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a name that the terminal cannot show is no fault
    app()


if __name__ == "__main__":
    main()

"""`rejig sources`: what a file says of sources of signals, and what becomes of each signal, live."""

from __future__ import annotations

import datetime as dt
import queue
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from scheduler.commands.connections import File
from scheduler.commands.ledger_at import Data, ledger_at
from scheduler.errors import RejigError, UnknownConnection, UnknownPlant, did_you_mean
from scheduler.settings import read_settings
from scheduler.signals.interpreter import Interpreter
from scheduler.signals.rules import WORDS, figures_of
from scheduler.signals.signal import Change, Signal, link_lost
from scheduler.signals.track import AlwaysOpen, Openings
from scheduler.source_ports import SignalSource
from scheduler.usecases.machine_openings import MachineOpenings
from scheduler.usecases.snapshots import Snapshots

LOOK_SECONDS = 0.2


def sources(
    action: Annotated[
        str,
        typer.Argument(metavar="list|watch", help="list: all of the file; watch: what becomes of each signal."),
    ],
    name: Annotated[str, typer.Argument(metavar="[NAME]", help="Which one; else all.")] = "",
    file: File = Path("connections.toml"),
    seconds: Annotated[float, typer.Option(min=0.0, help="End after so long; 0: with Ctrl+C.")] = 0.0,
    data: Data = None,
) -> None:
    """What a file says of sources of signals; and, live, each signal and what the rules make of it.

    Nothing is posted and nothing is written to a machine. A server need not run, and may. Calendars and planned
    maintenance are those of the plant in the database; without one machines are always to work.

    [bold]Examples:[/bold]

    rejig sources list --connections floor.toml

    rejig sources watch hall-2 --connections floor.toml
    """
    from scheduler.bootstrap import build_sources
    from scheduler.connect.configuration import read_sources

    known = {s.setup.name: s for s in build_sources(read_sources(file), passive=True)}
    if name and name not in known:
        raise UnknownConnection(f"{file}: no source '{name}'; {did_you_mean(name, known)}")
    wanted = [source for key, source in known.items() if name in ("", key)]
    if action == "list":
        for source in wanted:
            setup = source.setup
            machines = ", ".join(sorted(source.machines)) or "as they speak"
            print(f"{setup.name}  {setup.kind}  {setup.plant}  {setup.address}  machines: {machines}")
        return
    if action != "watch":
        raise typer.BadParameter(f"found '{action}', expected list or watch")
    closing, come = threading.Event(), queue.SimpleQueue[Signal | str]()
    threads = [threading.Thread(target=_listen, args=(source, come, closing)) for source in wanted]
    for thread in threads:
        thread.start()
    try:
        with _plants(data) as plants:
            _watch(wanted, plants, come, time.monotonic() + seconds if seconds else None)
    finally:
        closing.set()
        for thread in threads:
            thread.join()


@contextmanager
def _plants(data: Path | None) -> Iterator[Snapshots | None]:
    """The plants of the database; None where there is none, and none is made."""
    settings = read_settings()
    folder = data or settings.data
    if settings.database_url is None and not folder.is_dir():
        yield None
        return
    with ledger_at(data) as ledger:
        yield Snapshots(ledger)


def _listen(source: SignalSource, come: queue.SimpleQueue[Signal | str], closing: threading.Event) -> None:
    def emit(signals: object) -> None:
        assert isinstance(signals, list)
        for signal in signals:
            come.put(signal)

    while not closing.is_set():
        try:
            source.run(emit, closing)
        except RejigError as fault:
            come.put(f"{source.setup.name}: {fault}")
        if not closing.is_set():
            emit([link_lost(source.setup.name, machine, time.time()) for machine in sorted(source.machines)])
        closing.wait(2.0)


def _watch(
    wanted: list[SignalSource],
    plants: Snapshots | None,
    come: queue.SimpleQueue[Signal | str],
    until: float | None,
) -> None:
    rules = {source.setup.name: rules_of(source, plants) for source in wanted}
    try:
        while until is None or time.monotonic() < until:
            _show(come, rules)
    finally:
        for name, interpreter in rules.items():
            tally = interpreter.tally()
            for figure in figures_of(tally.signals, tally.verdicts):
                print(f"{name}  {figure.fate}  {figure.name}: {figure.count}  {figure.why}", flush=True)


def _show(come: queue.SimpleQueue[Signal | str], rules: dict[str, Interpreter]) -> None:
    try:
        said = come.get(timeout=LOOK_SECONDS)
    except queue.Empty:
        said = ""
    if isinstance(said, Signal):
        outcome, changes = rules[said.source].take(said)
        value = "link lost" if said.lost else said.value
        words = f"{said.meaning} {value}  {outcome}: {WORDS[outcome]}"
        print(f"{_clock(said.received)}  {said.machine}  {words}", flush=True)
        _print(changes)
    elif said:
        print(said, flush=True)
    for interpreter in rules.values():
        _print(interpreter.tick(time.time()))


def rules_of(source: SignalSource, plants: Snapshots | None) -> Interpreter:
    """Its rules, with the calendars of its plant where the database has it."""
    setup = source.setup
    openings: Openings = AlwaysOpen()
    try:
        if plants is None:
            raise UnknownPlant("no database; name its folder with --data")
        plants.of(setup.plant)
        openings = MachineOpenings(lambda: plants.of(setup.plant).state)
    except UnknownPlant as fault:
        print(f"{setup.name}: machines are taken to be always to work: {fault}", flush=True)
    return Interpreter(setup.rules_of, lambda _machine: setup.codes, openings)


def _print(changes: list[Change]) -> None:
    for change in changes:
        pieces = f"  {change.good:g} good, {change.scrap:g} scrap" if change.kind == "progressed" else ""
        print(f"{_clock(change.at)}  {change.machine}  EVENT {change.kind}{pieces}", flush=True)


def _clock(at: float) -> str:
    return dt.datetime.fromtimestamp(at).strftime("%H:%M:%S")

"""`rejig simulate`: what a plant would really deliver, by dispatch rule, by a first plan, and by Rejig."""

from __future__ import annotations

import contextlib
import csv
import statistics
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict, fields
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from scheduler.commands import child
from scheduler.commands.console import narrator, print_json, say
from scheduler.commands.inputs import ScenarioArgument, load_scenario, number
from scheduler.commands.warm import make_warm
from scheduler.errors import BadRequest, did_you_mean

if TYPE_CHECKING:
    from scheduler.domain.minutes import Minute
    from scheduler.domain.plant import PlantState
    from scheduler.simulation.outcome import Outcome

POLICIES = ("atc", "right-shift", "rejig")
FIRST_ITERATIONS, IMPROVE_ITERATIONS = 200_000, 5_000
"""As in scheduler/simulation/runs.py, which is not loaded only to print the help."""


def simulate(
    scenario: ScenarioArgument,
    policy: Annotated[
        str, typer.Option(metavar="NAME", help="atc, right-shift, rejig (several with commas), or all.")
    ] = "rejig",
    futures: Annotated[int, typer.Option(metavar="N", min=1, max=1000, help="How many futures.")] = 1,
    seed: Annotated[
        int, typer.Option(metavar="K", min=0, max=2**31, help="Seed of the first future; the next ones follow.")
    ] = 1,
    first: Annotated[
        int, typer.Option(metavar="ITERATIONS", min=100, help="How much each search for the first plan tries.")
    ] = FIRST_ITERATIONS,
    improve: Annotated[
        int, typer.Option(metavar="ITERATIONS", min=0, help="How much a search tries after each disturbance.")
    ] = IMPROVE_ITERATIONS,
    spread: Annotated[
        float,
        typer.Option(
            metavar="X", min=0.0, max=1.0, callback=number, help="How much run times vary; 0: they are as planned."
        ),
    ] = 0.2,
    with_story: Annotated[
        bool, typer.Option("--story", help="The troubles of `rejig demo` with this seed, in place of drawn ones.")
    ] = False,
    until: Annotated[
        str | None,
        typer.Option(metavar="MOMENT", help="End there, counting what is left as the plan has it: 2026-09-17T12:00."),
    ] = None,
    url: Annotated[
        str | None, typer.Option(metavar="URL", help="A server that runs already; default: one of our own.")
    ] = None,
    out: Annotated[Path | None, typer.Option(metavar="FILE.csv", help="A line per future and policy.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="JSON in place of the table.")] = False,
) -> None:
    """Play out what may happen on the floor: run times vary, machines fail, rush orders come, deliveries are late.

    Everything is drawn from the seed, and the same for each policy: the dispatch rule ATC without a plan, the first
    plan right-shifted only, and Rejig in mode auto. The floor posts events over HTTP, as a MES does, and works by the
    dispatch lists that come back.

    [bold]Example:[/bold] rejig simulate scenarios/machine-shop --policy all --futures 5
    """
    wanted = POLICIES if policy == "all" else tuple(policy.split(","))
    if strange := [name for name in wanted if name not in POLICIES]:
        near = did_you_mean(strange[0], [*POLICIES, "all"])
        raise BadRequest.of("--policy", f"'{strange[0]}'", f"{', '.join(POLICIES)} or all", near)
    loaded = load_scenario(scenario)
    last = None if until is None else moment_option(until, loaded.state)
    from dataclasses import replace

    import httpx

    from scheduler.simulation.future import Dials
    from scheduler.simulation.runs import Comparison
    from scheduler.solving.planner import RejigPlanner

    dials = replace(Dials(), spread=spread)
    if spread == 0:
        dials = replace(dials, trouble=0.0)
    with child.tidy_on_signals(), contextlib.ExitStack() as stack:
        address = None if wanted == ("atc",) else url or stack.enter_context(own_server())
        http = stack.enter_context(httpx.Client(base_url=address, timeout=120)) if address else None
        plant = f"simulated-{scenario.stem}"
        comparison = Comparison(loaded.state, dials, plant, first, improve, RejigPlanner(), http, with_story, last)
        columns = TextColumn("{task.description}"), BarColumn(30), MofNCompleteColumn(), TimeElapsedColumn()
        bars = stack.enter_context(Progress(*columns, console=narrator(), transient=True))
        task = bars.add_task("futures", total=futures * len(wanted))
        found: list[Outcome] = []
        for outcome in comparison.outcomes(wanted, range(seed, seed + futures)):
            found.append(outcome)
            bars.update(task, advance=1, description=f"future {outcome.future}, {outcome.policy}")
    if out is not None:
        write_csv(found, out)
    if as_json:
        print_json(summary(found))
    else:
        print_table(found, loaded.state.name)
    for words in remarks(found):
        say(words)


def moment_option(until: str, state: PlantState) -> Minute:
    """The minute that `--until` names. Raises BadRequest where it names none, or one that is past."""
    from scheduler.domain.minutes import iso, parse_minute

    try:
        moment = parse_minute(until, state.zone)
    except (ValueError, OverflowError):
        moment = None
    if moment is None or moment <= state.now:
        after = f"a moment after the plant's now ({iso(state.now, state.zone)}), such as 2026-09-17T12:00"
        raise BadRequest.of("--until", f"'{until}'", after)
    return moment


@contextlib.contextmanager
def own_server() -> Iterator[str]:
    """A server with a temporary data folder, for as long as it is needed."""
    from scheduler.simulation.server import served

    make_warm()
    with (
        tempfile.TemporaryDirectory(prefix="rejig-simulate-", ignore_cleanup_errors=True) as folder,
        served(Path(folder), child.any_free_port(), None, lambda _words: None) as (address, _screens),
    ):
        yield address


def write_csv(found: Sequence[Outcome], out: Path) -> None:
    from scheduler.simulation.outcome import Outcome

    with out.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, [f.name for f in fields(Outcome)])
        writer.writeheader()
        writer.writerows(asdict(o) for o in found)


def summary(found: Sequence[Outcome]) -> dict[str, Any]:
    """Means per policy, how Rejig compares, and every run."""
    means = {
        policy: {
            name: round(statistics.fmean(getattr(o, name) for o in of), 4)
            for name in (
                "weighted_tardiness", "on_time", "flow_hours", "use", "setup_hours", "list_changes", "moves",
                "unfinished", "seconds",
            )
        }
        for policy, of in by_policy(found).items()
    }  # fmt: skip
    return {"policies": means, "ratios": ratios(found), "runs": [asdict(o) for o in found]}


def by_policy(found: Sequence[Outcome]) -> dict[str, list[Outcome]]:
    """In the order in which they were played."""
    groups: dict[str, list[Outcome]] = {}
    for outcome in found:
        groups.setdefault(outcome.policy, []).append(outcome)
    return groups


def ratios(found: Sequence[Outcome]) -> dict[str, float | None]:
    """Rejig's realised weighted tardiness against the others', sums over the same futures; None: theirs is 0.

    Sums, because a single future may have no tardiness at all.
    """
    total = {p: sum(o.weighted_tardiness for o in of) for p, of in by_policy(found).items()}
    if "rejig" not in total:
        return {}
    return {p: round(total["rejig"] / t, 4) if t else None for p, t in total.items() if p != "rejig"}


def print_table(found: Sequence[Outcome], title: str) -> None:
    """stdout: one line per policy, means over the futures."""
    count = len({o.future for o in found})
    table = Table(title=f"{title}: means of {count} future{'s' if count > 1 else ''}")
    table.add_column("policy")
    for name in (
        "weighted tardiness",
        "on time",
        "flow h",
        "machine use",
        "changeover h",
        "list changes",
        "moves",
        "s",
    ):
        table.add_column(name, justify="right")
    for policy, figures in summary(found)["policies"].items():
        table.add_row(
            policy,
            f"{figures['weighted_tardiness']:,.0f}",
            f"{figures['on_time']:.0%}",
            f"{figures['flow_hours']:.1f}",
            f"{figures['use']:.0%}",
            f"{figures['setup_hours']:.1f}",
            *(("–", "–") if policy != "rejig" else (f"{figures['list_changes']:.0f}", f"{figures['moves']:.0f}")),
            f"{figures['seconds']:.1f}",
        )
    console = Console()
    console.print(table)
    for other, ratio in ratios(found).items():
        words = "which has none" if ratio is None else f"{ratio:.2f} of what {other} delivers"
        console.print(f"Realised weighted tardiness with rejig: {words}.", highlight=False)


def remarks(found: Sequence[Outcome]) -> Iterator[str]:
    """What must not pass unseen."""
    for policy, of in by_policy(found).items():
        for words, count in (
            ("orders had not ended when the simulation did", sum(o.unfinished for o in of)),
            ("operations began after their longest wait", sum(o.broken_waits for o in of)),
            ("reports were refused by the API", sum(o.refused for o in of)),
        ):
            if count:
                yield f"{policy}: {count} {words}"

"""Sources at the desk: what is told, what is told again, and what is not."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from scheduler.commands.sources import rules_of
from scheduler.domain.events import Event
from scheduler.domain.minutes import EPOCH, to_datetime
from scheduler.domain.resources import Downtime
from scheduler.errors import ConnectionAway
from scheduler.signals.reasons import ReasonTree, StopReason
from scheduler.signals.rules import SignalRules
from scheduler.signals.signal import Meaning, Signal
from scheduler.source_ports import Emit, SourceSetup
from scheduler.usecases.machine_openings import MachineOpenings
from scheduler.usecases.snapshots import Snapshots
from scheduler.usecases.sources import SourceDesk, Sources
from scheduler.usecases.stop_catalogue import StopCatalogue
from tests.builders import UTC, at, tiny_plant
from tests.usecases.shop import Shop

RULES = SignalRules(debounce=0, link=0, micro_stop=300, up_after=0, late=0, grain=5)


def second(minute: int) -> float:
    return EPOCH.timestamp() + 60.0 * minute


class Silent:
    """A source that says nothing by itself; `cut` ends its line once."""

    machines = frozenset({"lathe"})
    setup = SourceSetup("plc", "mqtt", "tiny", "mqtt://x", RULES)

    def __init__(self) -> None:
        self.cut = threading.Event()
        self.running = threading.Event()

    def run(self, _emit: Emit, closing: threading.Event) -> None:
        self.running.set()
        while not closing.wait(0.005):
            if self.cut.is_set():
                self.cut.clear()
                raise ConnectionAway("the line is cut")
        self.running.clear()


class Floor:
    """The tiny plant with a desk for its lathe; a look for each moment."""

    def __init__(self, shop: Shop) -> None:
        self.shop, self.source = shop, Silent()
        self.desk = SourceDesk(shop.tools, self.source, lambda: None)

    def says(self, value: object, minute: int, meaning: Meaning = "state", sequence: int | None = None) -> None:
        moment = second(minute)
        self.desk.heard([Signal("plc", "lathe", meaning, value, moment, moment, sequence)])
        self.waits(minute)

    def waits(self, minute: int) -> None:
        self.shop.clock.moment = to_datetime(minute, UTC)
        self.desk.look()

    def told(self) -> list[Event]:
        return [e.event for e in self.shop.ledger.events("tiny", 0, 100) if e.event.source == "/sources/plc"]

    def types(self) -> list[tuple[str, int]]:
        return [(e.type, e.time) for e in self.told()]


@pytest.fixture
def floor(shop: Shop) -> Iterator[Floor]:
    shop.load()
    opened = Floor(shop)
    yield opened
    opened.desk.stop()


def test_a_breakdown_and_its_end_are_told_from_when_they_were(floor: Floor) -> None:
    floor.says("RUNNING", at(0, 6, 10))
    floor.says("DOWN", at(0, 6, 20))
    floor.waits(at(0, 6, 24))
    assert floor.types() == []
    floor.waits(at(0, 6, 25))
    assert floor.types() == [("machine.down", at(0, 6, 20))]
    floor.says("RUNNING", at(0, 7))
    floor.waits(at(0, 7, 1))
    assert floor.types()[1] == ("machine.up", at(0, 7))
    assert floor.shop.ledger.state("tiny")[1].downtimes[-1].end == at(0, 7)
    floor.says("DOWN", at(0, 7, 2))
    floor.says("RUNNING", at(0, 7, 3))
    floor.waits(at(0, 7, 4))
    floor.desk.stop()
    whys = {figure.name: (figure.fate, figure.count) for figure in floor.desk.seen.figures}
    assert (whys["micro_stop"], whys["told_down"], whys["taken"]) == (("kept back", 1), ("told", 1), ("taken", 5))
    rules = [(rule, floor.shop.tools.meters.total("signal_rules", rule=rule)) for rule in ("told_down", "micro_stop")]
    assert rules == [("told_down", 1), ("micro_stop", 1)]


def test_the_same_signals_after_a_restart_are_the_same_event(floor: Floor) -> None:
    for _ in range(2):
        floor.says("DOWN", at(0, 6, 20))
        floor.waits(at(0, 6, 25))
        floor.desk.stop()
    assert floor.types() == [("machine.down", at(0, 6, 20))]


def test_what_was_told_before_a_restart_is_ended_after_it(floor: Floor) -> None:
    floor.says("DOWN", at(0, 6, 20))
    floor.waits(at(0, 6, 25))
    floor.desk.stop()
    floor.desk = SourceDesk(floor.shop.tools, floor.source, lambda: None)
    floor.says("RUNNING", at(0, 7))
    floor.waits(at(0, 7, 1))
    assert floor.types()[1:] == [("machine.up", at(0, 7))]


def test_a_breakdown_that_a_person_told_is_not_ended(floor: Floor) -> None:
    floor.shop.post(Event("p1", "/person", "machine.down", at(0, 6, 5), {"machine": "lathe", "reason": "noise"}))
    floor.says("RUNNING", at(0, 7))
    floor.waits(at(0, 8))
    assert floor.types() == []


def test_pieces_are_totals_of_the_operation_that_runs(floor: Floor) -> None:
    floor.says(100, at(0, 6, 5), "good")
    floor.says(110, at(0, 6, 6), "good")
    assert floor.types() == []  # nothing is known to run
    assert floor.shop.tools.meters.total("signals_of_no_operation") == 1
    started = {"order": "PIN-1", "operation": 10, "machine": "lathe"}
    floor.shop.post(Event("s1", "/mes", "operation.started", at(0, 6, 6), started))
    floor.desk.heard(
        [Signal("plc", "lathe", "good", 110.0 + n, second(at(0, 6, 7)) + n, second(at(0, 6, 7)) + n) for n in (3, 5, 8)]
    )
    floor.waits(at(0, 6, 8))
    floor.waits(at(0, 6, 9))
    assert [(e.data["quantity_good"], e.type) for e in floor.told()] == [
        (5, "operation.progressed"), (8, "operation.progressed"),
    ]  # fmt: skip


def test_where_posting_fails_it_is_told_at_the_next_look(floor: Floor, monkeypatch: pytest.MonkeyPatch) -> None:
    floor.says("DOWN", at(0, 6, 20))
    with monkeypatch.context() as broken:
        broken.setattr(floor.shop.ledger, "append_all", lambda *_: (_ for _ in ()).throw(OSError("disk")))
        with pytest.raises(OSError, match="disk"):
            floor.waits(at(0, 6, 25))
    floor.waits(at(0, 6, 26))
    assert floor.types() == [("machine.down", at(0, 6, 20))]


def test_a_source_whose_line_is_cut_makes_its_machines_unknown_and_is_tried_again(floor: Floor) -> None:
    floor.says("DOWN", at(0, 6, 20))
    wait_for(floor.source.running.is_set)
    floor.source.running.clear()
    floor.source.cut.set()
    wait_for(floor.source.running.is_set)
    assert floor.desk.trouble == "the line is cut"
    floor.waits(at(0, 6, 40))
    assert floor.types() == []
    assert floor.shop.tools.meters.total("signals", outcome="link_lost") == 1


def test_a_plant_that_is_not_loaded_waits(shop: Shop) -> None:
    floor = Floor(shop)
    floor.waits(at(0, 6))
    assert not floor.source.running.is_set()
    shop.load()
    floor.waits(at(0, 6))
    wait_for(floor.source.running.is_set)
    floor.desk.stop()


def test_the_loop_listens_and_ends(shop: Shop) -> None:
    shop.load()
    source = Silent()
    sources = Sources(shop.tools, [source])
    sources.start()
    wait_for(source.running.is_set)
    sources.close()
    assert not source.running.is_set()


def wait_for(true: Callable[[], bool]) -> None:
    until = time.monotonic() + 10
    while not true():
        assert time.monotonic() < until
        time.sleep(0.005)


@pytest.mark.parametrize(
    ("minute", "opens"),
    [
        (at(0, 8), at(0, 8)),
        (at(0, 5, 59), at(0, 6)),
        (at(0, 14), at(1, 6)),
        (at(0, 9, 30), at(0, 10)),
        (at(4, 15), at(7, 6)),
    ],
)
def test_a_machine_is_to_work_by_its_calendar_less_its_maintenance(shop: Shop, minute: int, opens: int) -> None:
    plant = tiny_plant()
    maintained = replace(plant, downtimes=(Downtime("lathe", at(0, 9), at(0, 10)), *plant.downtimes))
    shop.load(state=maintained)
    openings = MachineOpenings(lambda: shop.tools.snapshot("tiny").state)
    assert openings.opening("lathe", second(minute)) == second(opens)
    assert openings.opening("unknown", second(minute)) == second(minute)


@pytest.mark.parametrize(("minute", "told"), [(at(0, 8), ["down"]), (at(0, 15), []), (at(0, 13, 57), [])])
def test_who_only_watches_sees_what_the_calendar_keeps_back(shop: Shop, minute: int, told: list[str]) -> None:
    shop.load()
    watched = rules_of(Silent(), Snapshots(shop.ledger))
    moment = second(minute)
    watched.take(Signal("plc", "lathe", "state", "DOWN", moment, moment))
    assert [change.kind for change in watched.tick(moment + 360)] == told
    assert watched.tally().verdicts["calendar"] == (0 if told else 1)


def test_without_a_plant_machines_are_always_to_work(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    for plants, why in ((None, "no database"), (Snapshots(shop.ledger), "no plant 'tiny'")):
        watched = rules_of(Silent(), plants)
        moment = second(at(0, 15))
        watched.take(Signal("plc", "lathe", "state", "DOWN", moment, moment))
        assert [change.kind for change in watched.tick(moment + 360)] == ["down"]
        assert f"plc: machines are taken to be always to work: {why}" in capsys.readouterr().out


def test_a_breakdown_that_a_person_told_is_neither_told_again_nor_ended(floor: Floor) -> None:
    floor.says("RUNNING", at(0, 6, 10))
    said = Event("p", "/office", "machine.down", at(0, 6, 21), {"machine": "lathe", "expected_up": "2026-03-02T10:00"})
    floor.shop.post(said)
    floor.says("DOWN", at(0, 6, 20))
    floor.waits(at(0, 6, 30))
    floor.says("RUNNING", at(0, 7))
    floor.waits(at(0, 7, 5))
    assert floor.types() == []
    (outage,) = (d for d in floor.shop.ledger.state("tiny")[1].downtimes if d.machine == "lathe")
    assert (outage.start, outage.end) == (at(0, 6, 21), at(0, 10))


def test_what_was_counted_is_told_when_nobody_listens_any_more(floor: Floor) -> None:
    floor.shop.post(
        Event("s", "mes", "operation.started", at(0, 6), {"order": "PIN-1", "operation": 10, "machine": "lathe"})
    )
    floor.says(0, at(0, 6, 10), "good")
    floor.says(3, at(0, 6, 11), "good")
    assert floor.types() == []
    floor.desk.stop()
    (progress,) = floor.told()
    assert (progress.type, progress.data["quantity_good"]) == ("operation.progressed", 3.0)


STARTED = Event("s", "/mes", "operation.started", at(0, 6), {"order": "PIN-1", "operation": 10, "machine": "lathe"})


def killed(floor: Floor) -> Floor:
    """Nothing of what the desk has in memory is told any more; another process begins."""
    floor.desk._closing.set()
    return Floor(floor.shop)


def test_pieces_made_while_nobody_listened_are_counted_once(floor: Floor) -> None:
    floor.shop.post(STARTED)
    floor.says(100, at(0, 6, 10), "good")
    floor.says(107, at(0, 6, 11), "good")
    floor.says(109, at(0, 6, 12), "good")  # counted, and not told: the process dies
    again = killed(floor)
    again.says(107, at(0, 6, 11), "good")  # the broker sends it once more
    again.says(115, at(0, 6, 20), "good")
    again.desk.stop()
    assert [e.data["quantity_good"] for e in again.told()] == [7.0, 15.0]
    assert again.told()[-1].data["counters"]["good"]["total"] == 115.0


def test_pieces_made_while_nobody_listened_go_to_no_other_operation(floor: Floor) -> None:
    floor.shop.post(STARTED)
    floor.says(100, at(0, 6, 10), "good")
    floor.says(107, at(0, 6, 11), "good")
    again = killed(floor)
    ended = {"order": "PIN-1", "operation": 10, "machine": "lathe", "quantity_good": 10}
    floor.shop.post(Event("f", "/mes", "operation.finished", at(0, 6, 15), ended))
    next_one = {"order": "SHAFT-1", "operation": 10, "machine": "lathe"}
    floor.shop.post(Event("s2", "/mes", "operation.started", at(0, 6, 16), next_one))
    again.says(140, at(0, 6, 20), "good")
    again.says(146, at(0, 6, 21), "good")
    again.desk.stop()
    assert [(e.data["order"], e.data["quantity_good"]) for e in again.told()] == [("PIN-1", 7.0), ("SHAFT-1", 6.0)]


@pytest.mark.parametrize("books", [False, True])
def test_the_last_piece_ends_the_operation_by_rule_or_asks(floor: Floor, books: bool) -> None:
    floor.source.setup = replace(floor.source.setup, books_finish=books)
    floor.shop.post(STARTED)
    quantity = floor.shop.ledger.state("tiny")[1].quantity_of("PIN-1", 10)
    floor.says(0, at(0, 6, 10), "good")
    floor.says(quantity - 1, at(0, 6, 29), "good")
    floor.desk.heard([Signal("plc", "lathe", "scrap", float(n), second(at(0, 6, 30 + n))) for n in (0, 1)])
    floor.waits(at(0, 6, 32))
    floor.waits(at(0, 6, 34))
    state = floor.shop.ledger.state("tiny")[1]
    progress = state.progress["PIN-1", 10]
    assert (progress.status, progress.quantity_good, progress.quantity_scrap) == ("done", quantity - 1, 1.0)
    assert [e.type for e in floor.told()][-1] == ("operation.finished" if books else "operation.progressed")
    proposed = [d.status for d in state.doubts.values() if d.rule == "all_made"]
    assert proposed == (["settled"] if books else ["open"])


def test_a_stop_is_told_with_its_expected_end_and_again_when_it_outlives_that(floor: Floor) -> None:
    tool = StopReason("tool-break", "Tool break", minutes=20.0, codes=("E102",))
    object.__setattr__(floor.shop.tools, "stops", StopCatalogue({"tiny": ReasonTree((tool,))}))
    floor.shop.post(STARTED)
    floor.says("RUNNING", at(0, 6, 10))
    floor.says("E102", at(0, 6, 19), "reason")
    floor.says("DOWN", at(0, 6, 20))
    floor.waits(at(0, 6, 25))
    (down,) = floor.told()
    assert (down.data["expected_up"], down.data["reason_code"]) == ("2026-03-02T06:40+00:00", "tool-break")
    assert (down.data["order"], down.data["operation"], down.data["shift"]) == ("PIN-1", 10, "06:00–14:00")

    def looks(minute: int) -> None:
        floor.desk._count_next = 0.0
        floor.waits(minute)

    looks(at(0, 6, 37))
    assert len(floor.told()) == 1
    looks(at(0, 6, 38))
    looks(at(0, 6, 39))
    assert [e.data["expected_up"] for e in floor.told()] == ["2026-03-02T06:40+00:00", None]
    (outage,) = (d for d in floor.shop.ledger.state("tiny")[1].downtimes if d.machine == "lathe")
    assert (outage.start, outage.end) == (at(0, 6, 20), None)
    floor.says("RUNNING", at(0, 7))
    floor.waits(at(0, 7, 1))
    assert floor.types()[-1] == ("machine.up", at(0, 7))

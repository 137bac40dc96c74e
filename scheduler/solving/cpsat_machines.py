"""Machines in the CP-SAT model: one operation at a time, and the changeovers between them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scheduler.planning import layout as c

if TYPE_CHECKING:
    from scheduler.solving.cpsat_clock import Clock
    from scheduler.solving.cpsat_model import CpSatModel


def add_machine(made: CpSatModel, m: int) -> None:
    p, model, reach = made.problem, made.model, made.reach
    members = [
        (op, mode, clock)
        for op, clocks in enumerate(made.clocks)
        for mode, clock in clocks.items()
        if clock.place.machine == m
    ]
    if not members:
        return
    intervals = []
    for op, mode, clock in members:
        ahead = reach.setups[op, mode]
        size = ahead + clock.place.run
        intervals.append(
            model.new_fixed_size_interval_var(clock.work - ahead, size, "")
            if clock.literal is True
            else model.new_optional_fixed_size_interval_var(clock.work - ahead, size, clock.literal, "")
        )
    if len(intervals) > 1:
        model.add_no_overlap(intervals)
    if p.machines[m, c.MATRIX] == c.NONE:
        for _, _, clock in members:
            if clock.place.own:
                made.setup_cost.append((clock.place.own, clock.literal))
        return
    _circuit(made, m, members)


def _circuit(made: CpSatModel, m: int, members: list[tuple[int, int, Clock]]) -> None:
    """Who follows whom, and the changeovers between them."""
    model, reach = made.model, made.reach
    arcs: list[tuple[int, int, Any]] = []
    if all(clock.literal is not True for *_, clock in members):
        empty = model.new_bool_var("")
        arcs.append((0, 0, empty))
        for *_, clock in members:
            model.add_implication(empty, clock.literal.negated())
    needs = _needs(made, m, members)
    for i, (op, _, clock) in enumerate(members):
        if clock.literal is not True:
            arcs.append((i + 1, i + 1, clock.literal.negated()))
        need = reach.changeover(m, reach.family[m], op, clock.place.own)
        if reach.occupied[m] + need <= clock.place.last:
            first = model.new_bool_var("")
            made.follows[m, -1, op] = first
            arcs.append((0, i + 1, first))
            _apart(made, clock.work, reach.occupied[m] + need, first)
            if need:
                made.setup_cost.append((need, first))
        last = model.new_bool_var("")
        made.follows[m, op, -1] = last
        arcs.append((i + 1, 0, last))
        for j, (other, _, its) in enumerate(members):
            if j == i or not reach.may_follow(clock.place, its.place, needs[i][j]):
                continue
            follows = model.new_bool_var("")
            made.follows[m, op, other] = follows
            arcs.append((i + 1, j + 1, follows))
            _apart(made, its.work - clock.work, clock.place.run + needs[i][j], follows)
            if needs[i][j]:
                made.setup_cost.append((needs[i][j], follows))
    model.add_circuit(arcs)
    _pairs(made, m, members, needs)


def _needs(made: CpSatModel, m: int, members: list[tuple[int, int, Clock]]) -> list[list[int]]:
    families = [int(made.problem.ops[op, c.FAMILY]) for op, *_ in members]
    return [[made.reach.changeover(m, f, op, clock.place.own) for op, _, clock in members] for f in families]


def _apart(made: CpSatModel, distance: Any, least: int, literal: Any) -> None:
    made.model.add(distance >= least).only_enforce_if(literal)


def _pairs(made: CpSatModel, m: int, members: list[tuple[int, int, Clock]], needs: list[list[int]]) -> None:
    """Which of two comes first, adjacent or not, with the least that lies between them: all this follows from the
    circuit, which does not say it."""
    model, reach = made.model, made.reach
    n = len(members)
    least = [list(row) for row in needs]
    for k in range(n):
        for i in range(n):
            for j in range(n):
                if len({i, j, k}) == 3:
                    least[i][j] = min(least[i][j], least[i][k] + members[k][2].place.run + least[k][j])
    for i in range(n):
        for j in range(i + 1, n):
            (op, _, one), (other, _, two) = members[i], members[j]
            both = [x.literal for x in (one, two) if x.literal is not True]
            forth = reach.may_follow(one.place, two.place, least[i][j])
            back = reach.may_follow(two.place, one.place, least[j][i])
            if not forth and not back:
                model.add_bool_or([x.negated() for x in both])
                continue
            if forth and back:
                ahead = model.new_bool_var("")
                made.before[m, op, other] = ahead
                for f, literal in (
                    (made.follows.get((m, op, other)), ahead),
                    (made.follows.get((m, other, op)), ~ahead),
                ):
                    if f is not None:
                        model.add_implication(f, literal)
                conditions = [ahead], [~ahead]
            else:
                conditions = [], []
            if forth:
                distance = one.place.run + least[i][j]
                model.add(two.work - one.work >= distance).only_enforce_if(*both, *conditions[0])
            if back:
                distance = two.place.run + least[j][i]
                model.add(one.work - two.work >= distance).only_enforce_if(*both, *conditions[1])


def add_groups(made: CpSatModel) -> None:
    """Machines that stand in for each other do no more at once than there are of them: all this follows from the single
    machines, but is seen here before it is known who does what (a quarter of the conflicts on lines of food)."""
    reach = made.reach
    leader = list(range(len(made.problem.machines)))

    def find(m: int) -> int:
        while leader[m] != m:
            m = leader[m]
        return m

    for places in reach.places:
        machines = [place.machine for place in places.values()]
        for m in machines[1:]:
            leader[find(m)] = find(machines[0])
    groups: dict[int, list[int]] = {}
    for op, places in enumerate(reach.places):
        if places:
            groups.setdefault(find(next(iter(places.values())).machine), []).append(op)
    for ops in groups.values():
        capacity = len({place.machine for op in ops for place in reach.places[op].values()})
        if 1 < capacity < len(ops):
            intervals = [_taken(made, op) for op in ops]
            made.model.add_cumulative(intervals, [1] * len(ops), capacity)


def _taken(made: CpSatModel, op: int) -> Any:
    """From the least changeover before an operation to its end some machine is taken."""
    places = made.reach.places[op]
    ahead = min(made.reach.setups[op, mode] for mode in places)
    shortest = ahead + min(place.run for place in places.values())
    longest = made.reach.finish[op][1] - made.reach.start[op][0] + ahead
    size = made.model.new_int_var(shortest, max(shortest, longest), "")
    return made.model.new_interval_var(made.start[op] - ahead, size, made.finish[op], "")

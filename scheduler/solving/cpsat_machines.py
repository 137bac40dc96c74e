"""Machines in the CP-SAT model: one operation at a time, and the changeovers between them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scheduler.planning import layout as c

if TYPE_CHECKING:
    from scheduler.solving.cpsat_clock import Clock
    from scheduler.solving.cpsat_model import CpSatModel

    Member = tuple[int, int, Clock]
    """Operation, mode, clock."""


def add_machines(made: CpSatModel) -> None:
    """All machines, work center by work center: those that stand in for each other are sequenced together."""
    for machines, ops in groups_of(made):
        members = {m: _members(made, ops, m) for m in machines}
        for m in machines:
            _one_at_a_time(made, members[m])
        tables = {int(made.problem.machines[m, c.MATRIX]) for m in machines}
        if tables == {c.NONE}:
            _own_setups(made, members)
        elif len(tables) == 1:
            _sequence(made, machines, ops, members)
        else:
            for m in machines:
                if made.problem.machines[m, c.MATRIX] == c.NONE:
                    _own_setups(made, {m: members[m]})
                else:
                    _sequence(made, [m], list(members[m]), {m: members[m]}, optional=True)
        if 1 < len(machines) < len(ops):
            # All this follows from the single machines, but is seen here before it is known who does what:
            # a quarter of the conflicts on lines of food.
            made.model.add_cumulative([_taken(made, op) for op in ops], [1] * len(ops), len(machines))


def groups_of(made: CpSatModel) -> list[tuple[list[int], list[int]]]:
    """(machines, operations): machines that can do some operation in each other's place, and all that they can do."""
    leader = list(range(len(made.problem.machines)))

    def find(m: int) -> int:
        while leader[m] != m:
            m = leader[m]
        return m

    for places in made.reach.places:
        machines = [place.machine for place in places.values()]
        for m in machines[1:]:
            leader[find(m)] = find(machines[0])
    ops: dict[int, list[int]] = {}
    for op, places in enumerate(made.reach.places):
        if places:
            ops.setdefault(find(next(iter(places.values())).machine), []).append(op)
    groups = []
    for members in ops.values():
        machines = sorted({place.machine for op in members for place in made.reach.places[op].values()})
        groups.append((machines, members))
    return groups


def _members(made: CpSatModel, ops: list[int], m: int) -> dict[int, Member]:
    found: dict[int, Member] = {}
    for op in ops:
        for mode, clock in made.clocks[op].items():
            if clock.place.machine == m:
                found[op] = op, mode, clock
    return found


def _one_at_a_time(made: CpSatModel, members: dict[int, Member]) -> None:
    intervals = []
    for op, mode, clock in members.values():
        ahead = made.reach.setups[op, mode]
        begin, size = clock.work - ahead, ahead + clock.place.run
        intervals.append(
            made.model.new_fixed_size_interval_var(begin, size, "")
            if clock.literal is True
            else made.model.new_optional_fixed_size_interval_var(begin, size, clock.literal, "")
        )
    if len(intervals) > 1:
        made.model.add_no_overlap(intervals)


def _own_setups(made: CpSatModel, members: dict[int, dict[int, Member]]) -> None:
    for on_machine in members.values():
        for _, _, clock in on_machine.values():
            if clock.place.own:
                made.setup_cost.append((clock.place.own, clock.literal))


def _sequence(
    made: CpSatModel,
    machines: list[int],
    ops: list[int],
    members: dict[int, dict[int, Member]],
    optional: bool = False,
) -> None:
    """Who follows whom, and the changeovers between them: one tour that visits machine after machine, each with what is
    done on it behind it. optional : some operations may be done elsewhere."""
    model, reach = made.model, made.reach
    arcs: list[tuple[int, int, Any]] = []
    node = {op: len(machines) + k for k, op in enumerate(ops)}
    for k, m in enumerate(machines):
        after = (k + 1) % len(machines)
        empty = model.new_bool_var("")
        arcs.append((k, after, empty))
        for op, _, clock in members[m].values():
            if clock.literal is not True:
                model.add_implication(empty, clock.literal.negated())
            else:
                model.add_bool_or([empty.negated()])
            need = reach.changeover(m, reach.family[m], op, clock.place.own)
            if reach.occupied[m] + need <= clock.place.last:
                first = model.new_bool_var("")
                made.follows[m, -1, op] = first
                arcs.append((k, node[op], first))
                _here(made, first, clock)
                model.add(clock.work >= reach.occupied[m] + need).only_enforce_if(first)
                if need:
                    made.setup_cost.append((need, first))
            last = model.new_bool_var("")
            made.follows[m, op, -1] = last
            arcs.append((node[op], after, last))
            _here(made, last, clock)
    if optional:
        for op in ops:
            clock = members[machines[0]][op][2]
            if clock.literal is not True:
                arcs.append((node[op], node[op], clock.literal.negated()))
    for i in ops:
        for j in ops:
            if i != j:
                _arc(made, machines, members, i, j, node, arcs)
    model.add_circuit(arcs)
    _pairs(made, machines, members)


def _here(made: CpSatModel, literal: Any, clock: Clock) -> None:
    if clock.literal is not True:
        made.model.add_implication(literal, clock.literal)


def _need(made: CpSatModel, i: int, j: Member) -> int:
    return made.reach.changeover(j[2].place.machine, int(made.problem.ops[i, c.FAMILY]), j[0], j[2].place.own)


def _arc(
    made: CpSatModel,
    machines: list[int],
    members: dict[int, dict[int, Member]],
    i: int,
    j: int,
    node: dict[int, int],
    arcs: list[tuple[int, int, Any]],
) -> None:
    """j follows i on one of the machines that can do both."""
    model = made.model
    shared = [
        m
        for m in machines
        if i in members[m]
        and j in members[m]
        and made.reach.may_follow(members[m][i][2].place, members[m][j][2].place, _need(made, i, members[m][j]))
    ]
    if not shared:
        return
    follows = model.new_bool_var("")
    made.follows[machines[0], i, j] = follows
    arcs.append((node[i], node[j], follows))
    need = _need(made, i, members[shared[0]][j])
    if need:
        made.setup_cost.append((need, follows))
    for op in (i, j):
        literals = [members[m][op][2].literal for m in shared]
        if not any(x is True for x in literals):
            model.add_bool_or(literals).only_enforce_if(follows)
    for m in shared:
        one, two = members[m][i][2], members[m][j][2]
        here = [x.literal for x in (one, two) if x.literal is not True]
        if len(here) == 2:
            model.add_implication(follows, here[1]).only_enforce_if(here[0])
            model.add_implication(follows, here[0]).only_enforce_if(here[1])
        condition = [follows, *here[:1]] if len(shared) > 1 else [follows]
        model.add(two.work - one.work >= one.place.run + need).only_enforce_if(condition)


def _pairs(made: CpSatModel, machines: list[int], members: dict[int, dict[int, Member]]) -> None:
    """For each two operations of a machine: which comes first, and the least time between them.

    The tour implies all this; said outright, the solver sees it sooner.
    """
    model, reach = made.model, made.reach
    ahead: dict[tuple[int, int], Any] = {}
    for m in machines:
        here = list(members[m].values())
        least = _least_between(made, here)
        for x, (i, _, one) in enumerate(here):
            for y in range(x + 1, len(here)):
                j, _, two = here[y]
                both = [k.literal for k in (one, two) if k.literal is not True]
                forth = reach.may_follow(one.place, two.place, least[x][y])
                back = reach.may_follow(two.place, one.place, least[y][x])
                if not forth and not back:
                    model.add_bool_or([k.negated() for k in both])
                    continue
                if (i, j) not in ahead:
                    ahead[i, j] = model.new_bool_var("")
                    for pair, literal in (((i, j), ahead[i, j]), ((j, i), ~ahead[i, j])):
                        follows = made.follows.get((machines[0], *pair))
                        if follows is not None:
                            model.add_implication(follows, literal)
                first = ahead[i, j]
                if forth:
                    distance = one.place.run + least[x][y]
                    model.add(two.work - one.work >= distance).only_enforce_if([*both, first])
                else:
                    model.add_bool_or([~first, *(k.negated() for k in both)])
                if back:
                    distance = two.place.run + least[y][x]
                    model.add(one.work - two.work >= distance).only_enforce_if([*both, ~first])
                else:
                    model.add_bool_or([first, *(k.negated() for k in both)])


def _least_between(made: CpSatModel, here: list[Member]) -> list[list[int]]:
    """The least minutes from the end of one to the start of another behind it, whatever stands between them."""
    least = [[_need(made, i, member) for member in here] for i, *_ in here]
    n = len(here)
    for k in range(n):
        for i in range(n):
            for j in range(n):
                if len({i, j, k}) == 3:
                    least[i][j] = min(least[i][j], least[i][k] + here[k][2].place.run + least[k][j])
    return least


def _taken(made: CpSatModel, op: int) -> Any:
    """From the least changeover before an operation to its end some machine is taken."""
    places = made.reach.places[op]
    ahead = min(made.reach.setups[op, mode] for mode in places)
    shortest = ahead + min(place.run for place in places.values())
    longest = made.reach.finish[op][1] - made.reach.start[op][0] + ahead
    size = made.model.new_int_var(shortest, max(shortest, longest), "")
    return made.model.new_interval_var(made.start[op] - ahead, size, made.finish[op], "")

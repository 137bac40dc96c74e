"""Items: sets of operations that must be placed together because a max_wait links them."""

from __future__ import annotations

from collections.abc import Callable, Sequence


def items_of(preds: Sequence[Sequence[int]], linked: Sequence[Sequence[int]]) -> tuple[list[int], list[int], list[int]]:
    """(item_ptr, item_ops, item of each operation), predecessors first within an item.

    preds, linked : per operation, its predecessors, and those among them that a max_wait ties it to.
    What lies on a path between two operations of an item belongs to it too.
    """
    n = len(preds)
    leader = list(range(n))

    def find(i: int) -> int:
        while leader[i] != i:
            leader[i] = leader[leader[i]]
            i = leader[i]
        return i

    for i, links in enumerate(linked):
        for p in links:
            leader[find(i)] = find(p)
    if any(linked):
        order = _topological(preds)
        while _join_paths(preds, order, leader, find):
            pass
    else:
        order = list(range(n))
    if any(linked):
        groups: dict[int, list[int]] = {}
        for i in order:
            groups.setdefault(find(i), []).append(i)
        members = sorted(groups.values(), key=lambda g: min(g))
    else:
        members = [[i] for i in order]
    item_ptr, item_ops, item_of = [0], list[int](), [0] * n
    for number, group in enumerate(members):
        item_ops.extend(group)
        item_ptr.append(len(item_ops))
        for i in group:
            item_of[i] = number
    return item_ptr, item_ops, item_of


def _topological(preds: Sequence[Sequence[int]]) -> list[int]:
    waiting = [len(p) for p in preds]
    after: list[list[int]] = [[] for _ in preds]
    for i, ps in enumerate(preds):
        for p in ps:
            after[p].append(i)
    ready = [i for i, count in enumerate(waiting) if count == 0]
    for i in ready:
        for j in after[i]:
            waiting[j] -= 1
            if waiting[j] == 0:
                ready.append(j)
    return ready


def _join_paths(
    preds: Sequence[Sequence[int]], order: Sequence[int], leader: list[int], find: Callable[[int], int]
) -> bool:
    """Merge an operation into an item where a path leaves the item and comes back to it through the operation."""
    above: list[frozenset[int]] = [frozenset()] * len(preds)  # items with a member before this operation
    changed = False
    for i in order:
        seen: set[int] = set()
        for p in preds[i]:
            seen |= above[p]
            seen.add(find(p))
        own = find(i)
        if own in seen:
            for p in preds[i]:
                if find(p) != own and own in above[p]:
                    leader[find(p)] = own
                    changed = True
        above[i] = frozenset(seen)
    return changed

"""Who hands which array to which kernel, read from the sources: two that change places have the wrong names.

Neither mypy nor a check of the bounds tells `start` from `end`: both are as many minutes. Their names do.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

DECORATORS = {"kernel", "inlined", "array_kernel"}


@dataclass
class Known:
    """kernels : by module, the parameters of each, in order.   groups : fields of each NamedTuple of arrays."""

    kernels: dict[str, dict[str, list[str]]] = field(default_factory=dict)
    groups: dict[str, list[str]] = field(default_factory=dict)

    def read(self, module: str, source: str) -> None:
        """Take in what a module of kernels defines."""
        mine = self.kernels.setdefault(module, {})
        for node in ast.parse(source).body:
            if isinstance(node, ast.FunctionDef) and is_kernel(node):
                mine[node.name] = [a.arg for a in node.args.args]
            if isinstance(node, ast.ClassDef) and any(name_of_value(b) == "NamedTuple" for b in node.bases):
                self.groups[node.name] = [
                    part.target.id
                    for part in node.body
                    if isinstance(part, ast.AnnAssign) and isinstance(part.target, ast.Name)
                ]

    def called(self, module: str, tree: ast.Module) -> dict[str, list[str]]:
        """The kernels by the names that a module has for them: its own, and what it imports."""
        found = dict(self.kernels.get(module, {}))
        for node in tree.body:
            if not isinstance(node, ast.ImportFrom) or not node.module:
                continue
            for alias in node.names:
                name, inner = alias.asname or alias.name, f"{node.module}.{alias.name}"
                if parameters := self.kernels.get(node.module, {}).get(alias.name):
                    found[name] = parameters
                found |= {f"{name}.{kernel}": p for kernel, p in self.kernels.get(inner, {}).items()}
        return found


def is_kernel(function: ast.FunctionDef) -> bool:
    return any(name_of_value(d) in DECORATORS for d in function.decorator_list)


def name_of_value(node: ast.expr) -> str | None:
    """`start` of `start`, `walk.start` and `self._start`; None where it is no name."""
    if isinstance(node, ast.Name):
        return node.id.lstrip("_")
    return node.attr.lstrip("_") if isinstance(node, ast.Attribute) else None


def faults(module: str, source: str, known: Known) -> Iterator[str]:
    """Whatever stands where the name says that something else belongs."""
    tree = ast.parse(source)
    kernels = known.called(module, tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            called = ast.unparse(node.func)
            if called in known.groups:
                yield from _of_group(node, called, known.groups[called])
            elif called in kernels:
                yield from _of_call(node, called, kernels[called])
        if isinstance(node, ast.FunctionDef):
            typed = {a.arg: str(name_of_value(a.annotation)) for a in node.args.args if a.annotation}
            for part in ast.walk(node):
                if isinstance(part, ast.Assign):
                    yield from _of_unpacking(part, typed, known.groups)


def _of_call(call: ast.Call, called: str, parameters: list[str]) -> Iterator[str]:
    """A name of one parameter given for another, unless its own has it too (or an expression, which has no name)."""
    given = dict(zip(parameters, call.args, strict=False)) | {str(k.arg): k.value for k in call.keywords}
    names = {parameter: name_of_value(value) for parameter, value in given.items()}
    for parameter, name in names.items():
        if name in parameters and name != parameter and names.get(name, name) not in (name, None):
            yield f"line {call.lineno}: {called} takes {name} for its {parameter}"


def _of_group(call: ast.Call, called: str, members: list[str]) -> Iterator[str]:
    if call.args and not any(isinstance(a, ast.Starred) for a in call.args):
        yield f"line {call.lineno}: {called} is made by position"
    for word in call.keywords:
        name = name_of_value(word.value)
        if name in members and name != word.arg:
            yield f"line {call.lineno}: {called} takes {name} for its {word.arg}"


def _of_unpacking(part: ast.Assign, typed: Mapping[str, str], groups: Mapping[str, list[str]]) -> Iterator[str]:
    """`start, end = walk.end, walk.start`, where walk is a parameter that is a group."""
    target = part.targets[0]
    targets = target.elts if isinstance(target, ast.Tuple) else [target]
    values = part.value.elts if isinstance(part.value, ast.Tuple) else [part.value]
    for to, value in zip(targets, values, strict=False):
        if (
            not isinstance(to, ast.Name)
            or not isinstance(value, ast.Attribute)
            or not isinstance(value.value, ast.Name)
        ):
            continue
        members = groups.get(typed.get(value.value.id, ""), [])
        if to.id in members and value.attr in members and to.id != value.attr:
            yield f"line {part.lineno}: {to.id} is {value.value.id}.{value.attr}"

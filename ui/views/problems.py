"""A failed call in three sentences: what failed, what still holds, what to do."""

from __future__ import annotations

from dataclasses import dataclass

from ui.client import ApiProblem


@dataclass(frozen=True, slots=True)
class Explanation:
    """failed, holds, remedy: a sentence each; faults: every single one, where the answer lists them."""

    failed: str
    holds: str
    remedy: str
    faults: tuple[str, ...] = ()


def explain(problem: ApiProblem, doing: str) -> Explanation:
    """`doing` is what was attempted, as "release plan 8"."""
    failed = f"Could not {doing}: {problem.detail}"
    match problem.status:
        case 0:
            return Explanation(
                f"{problem.title}: {problem.detail}. Could not {doing}.",
                "It may have been done all the same: look before you try it again."
                if problem.unsure
                else "Plans and dispatch lists that were released stay as they are; nothing was changed.",
                "Start it with `rejig serve`, or set REJIG_API_URL to where it runs. This page tries again by itself.",
            )
        case 409:
            return Explanation(
                failed,
                "The plan in force stays in force.",
                "Look at what it changes now and decide on that, or press Re-plan and release the new plan.",
            )
        case 404:
            return Explanation(
                failed, "Everything else stays as it is.", "It may be gone: go back to the Board and choose again."
            )
        case 422 | 400 | 413 | 415:
            return Explanation(
                failed, "Nothing was changed.", "Correct what is named and try again.", tuple(problem.faults)
            )
    return Explanation(
        failed,
        "The plan in force and everything that was accepted before stay as they are.",
        "Try again; if it stays like this, the log of `rejig serve` says why.",
        tuple(problem.faults),
    )

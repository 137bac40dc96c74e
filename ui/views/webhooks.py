"""Webhooks and what could not be delivered, as rows and words."""

from __future__ import annotations

from collections.abc import Sequence

from ui import format as say
from ui.answers import DeadLetter, Webhook
from ui.views.tables import Row
from ui.views.words import message_words


def webhook_state(hook: Webhook) -> str:
    """In words: delivered when, failing since when, or why it is disabled."""
    if hook["state"] == "disabled":
        return f"disabled: {hook['disabled_because']}"
    if hook["failing_since"]:
        return f"failing since {say.moment(hook['failing_since'])}"
    return f"last delivered {say.moment(hook['delivered_at'])}" if hook["delivered_at"] else "nothing sent yet"


def letter_rows(letters: Sequence[DeadLetter]) -> list[Row]:
    """Dead letters, the newest first."""
    return [
        {
            "Of": say.clock(letter["created_at"]),
            "Tells of": message_words(letter["type"]),
            "Tried": letter["attempts"],
            "Why": letter["reason"],
        }
        for letter in reversed(letters)
    ]

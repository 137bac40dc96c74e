"""The product without its door: tools, searches and desks, started and ended together."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from scheduler.usecases.connections import Connections
from scheduler.usecases.desks import Desks
from scheduler.usecases.list_desks import ListDesks
from scheduler.usecases.searches import Searches
from scheduler.usecases.sources import Sources
from scheduler.usecases.tools import Tools
from scheduler.usecases.webhook_sender import WebhookSender


@dataclass(frozen=True, slots=True)
class Services:
    """What the API calls.

    desks : None where this process only answers calls; then it takes up no unfinished searches either.
    sender : of webhooks; None where this process sends none.
    connections : to other systems; None where there are none, or this process serves none.
    sources : of signals; None where there are none, or this process serves none.
    lists : on their way to machines; None where nobody carries any, or this process does not.
    warm_up : run once in the background at the start, so that the first event does not wait for compiled code.
    closers : run at the end, in order, once nothing of ours works any more.
    """

    tools: Tools
    searches: Searches
    desks: Desks | None = None
    sender: WebhookSender | None = None
    connections: Connections | None = None
    sources: Sources | None = None
    lists: ListDesks | None = None
    warm_up: Callable[[], object] | None = None
    closers: tuple[Callable[[], None], ...] = field(default=())

    def start(self) -> None:
        if self.warm_up is not None:
            threading.Thread(target=self.warm_up, name="warm-up", daemon=True).start()
        if self.desks is not None:
            self.desks.start()
        if self.sender is not None:
            self.sender.start()
        if self.connections is not None:
            self.connections.start()
        if self.sources is not None:
            self.sources.start()
        if self.lists is not None:
            self.lists.start()

    def close(self) -> None:
        """End desks and searches, then the workers, then the storage. What was unfinished resumes at the next start."""
        if self.sources is not None:
            self.sources.close()
        if self.lists is not None:
            self.lists.close()
        if self.connections is not None:
            self.connections.close()
        if self.desks is not None:
            self.desks.close()
        if self.sender is not None:
            self.sender.close()
        self.searches.close()
        self.tools.workers.close()
        for close in self.closers:
            close()

"""The ledger on SQLite or PostgreSQL: the `Ledger` of `scheduler.ports`."""

from __future__ import annotations

from typing import Self

from scheduler.ports import Lease
from scheduler.storage.audit_repository import AuditRepository
from scheduler.storage.comment_repository import CommentRepository
from scheduler.storage.database import Database
from scheduler.storage.decision_repository import DecisionRepository
from scheduler.storage.key_repository import KeyRepository
from scheduler.storage.leases import occupy, take_lease
from scheduler.storage.log_repository import LogRepository
from scheduler.storage.message_repository import MessageRepository
from scheduler.storage.outbox_repository import OutboxRepository
from scheduler.storage.plan_repository import PlanRepository
from scheduler.storage.plant_repository import PlantRepository
from scheduler.storage.quarantine_repository import QuarantineRepository
from scheduler.storage.request_repository import RequestRepository
from scheduler.storage.upgrading import upgrade
from scheduler.storage.verification import VerificationRepository
from scheduler.storage.webhook_repository import WebhookRepository


class SqlLedger(
    PlantRepository,
    LogRepository,
    QuarantineRepository,
    PlanRepository,
    RequestRepository,
    DecisionRepository,
    CommentRepository,
    MessageRepository,
    WebhookRepository,
    OutboxRepository,
    KeyRepository,
    AuditRepository,
    VerificationRepository,
):
    """Plants, their log, plan versions, what-ifs, jobs and comments in a database. Safe to share between threads.

    Several processes may use one database, each with a ledger of its own.
    """

    def __init__(self, url: str) -> None:
        """url : sqlite:///path/to/file or postgresql://… ; nothing is opened yet. Raises BadInput in words."""
        super().__init__(Database(url))
        self._occupied: Lease | None = None

    @classmethod
    def open(cls, url: str) -> Self:
        """A ledger whose tables are up to date; the file and its folder are made where there are none."""
        ledger = cls(url)
        try:
            ledger.upgrade()
        except BaseException:
            ledger.close()
            raise
        return ledger

    def upgrade(self) -> None:
        """Bring the tables to this version; safe where several processes start together. Raises BadInput."""
        upgrade(self._database)

    def occupy(self) -> Lease | None:
        """For a process that serves: with SQLite the file is its own until it gives this back; PostgreSQL is shared.

        Raises DeskTaken, in words, where another process has it.
        """
        self._occupied = occupy(self._database)
        return self._occupied

    def writes(self) -> int | None:
        return self._database.writes if self._occupied is not None and self._occupied.held() else None

    def lease(self, name: str) -> Lease | None:
        return take_lease(self._database, name)

    def close(self) -> None:
        """Close every connection that is not in use. Leases stay until they are released."""
        self._database.close()

"""Whether the audit is as it was written."""

from __future__ import annotations

from scheduler.access.audit import ChainCheck, check_chain
from scheduler.ports import AuditBook


def verify_audit(book: AuditBook) -> ChainCheck:
    """Reads all of it, piece by piece; work in proportion to its length. What is appended meanwhile is read, too."""
    end = book.audit_end()
    return check_chain(book.audit_trail(), end)

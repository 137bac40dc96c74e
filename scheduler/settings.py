"""How a server is set up, from the environment."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from scheduler.errors import BadRequest


@dataclass(frozen=True, slots=True)
class Settings:
    """data : folder of the SQLite file and of locks; made where it is missing.

    database_url : None: SQLite in `data`.   workers : worker processes for searches.
    searches_at_once : jobs and what-ifs that run at the same time; the rest wait.
    max_upload_bytes : the largest scenario that is taken.   desks : False: this process only answers calls.
    webhook_hosts : the only hosts that webhooks may lead to; empty: any.
    dask_scheduler : address of a cluster that searches instead of worker processes of this computer.
    doubtful_percent : of a day's reports; where more are in doubt or refused, that is told.
    silent_minutes : open minutes after which a source that used to report is told of.
    """

    data: Path = Path("rejig-data")
    database_url: str | None = None
    workers: int = 2
    searches_at_once: int = 2
    max_upload_bytes: int = 200_000_000
    desks: bool = True
    webhook_hosts: tuple[str, ...] = ()
    dask_scheduler: str | None = None
    doubtful_percent: int = 20
    silent_minutes: int = 60

    @property
    def url(self) -> str:
        return self.database_url or f"sqlite:///{(self.data / 'rejig.db').absolute()}"


def read_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """From REJIG_DATA, _DATABASE_URL, _WORKERS, _SEARCHES, _MAX_UPLOAD_MB, _DESKS (on, off), _WEBHOOK_HOSTS (with
    commas between), _DASK_SCHEDULER, _DOUBTFUL_PERCENT and _SILENT_MINUTES, all prefixed REJIG.

    Raises BadRequest naming the variable.
    """
    env = os.environ if environment is None else environment
    default = Settings()
    return Settings(
        data=Path(env.get("REJIG_DATA") or default.data),
        database_url=env.get("REJIG_DATABASE_URL") or None,
        workers=_count(env, "REJIG_WORKERS", min(default.workers, os.cpu_count() or 1)),
        searches_at_once=_count(env, "REJIG_SEARCHES", default.searches_at_once),
        max_upload_bytes=_count(env, "REJIG_MAX_UPLOAD_MB", default.max_upload_bytes // 1_000_000) * 1_000_000,
        desks=_switch(env, "REJIG_DESKS"),
        webhook_hosts=tuple(h.strip() for h in env.get("REJIG_WEBHOOK_HOSTS", "").split(",") if h.strip()),
        dask_scheduler=env.get("REJIG_DASK_SCHEDULER") or None,
        doubtful_percent=_count(env, "REJIG_DOUBTFUL_PERCENT", default.doubtful_percent),
        silent_minutes=_count(env, "REJIG_SILENT_MINUTES", default.silent_minutes),
    )


def _count(env: Mapping[str, str], name: str, default: int) -> int:
    text = env.get(name, "").strip()
    if not text:
        return default
    if not text.isdigit() or int(text) < 1:
        raise BadRequest.of(name, f"'{text}'", "a whole number of at least 1")
    return int(text)


def _switch(env: Mapping[str, str], name: str) -> bool:
    text = env.get(name, "on").strip().lower()
    if text not in ("on", "off"):
        raise BadRequest.of(name, f"'{text}'", "on or off")
    return text == "on"

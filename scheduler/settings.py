"""How a server is set up, from the environment."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from scheduler.access.roles import ROLES, Role
from scheduler.access.tokens import Claims
from scheduler.errors import BadRequest
from scheduler.limits import STANDARD, Limits


@dataclass(frozen=True, slots=True)
class Settings:
    """data : folder of the SQLite file and of locks; made where it is missing.

    database_url : None: SQLite in `data`.   workers : worker processes for searches.
    searches_at_once : jobs and what-ifs that run at the same time; the rest wait.
    limits : of what comes in.   desks : False: this process only answers calls.
    webhook_hosts : the only hosts that webhooks may lead to; empty: any.
    dask_scheduler : address of a cluster that searches instead of worker processes of this computer.
    doubtful_percent : of a day's reports; where more are in doubt or refused, that is told.
    connections : the file of connections to other systems; None: there are none.
    oidc_issuer, oidc_audience : whose bearer tokens are taken, and for whom they must be; None: keys alone.
    claims : what such a token gives its holder.
    silent_minutes : open minutes after which a source that used to report is told of.
    """

    data: Path = Path("rejig-data")
    database_url: str | None = None
    workers: int = 2
    searches_at_once: int = 2
    limits: Limits = STANDARD
    desks: bool = True
    webhook_hosts: tuple[str, ...] = ()
    dask_scheduler: str | None = None
    doubtful_percent: int = 20
    silent_minutes: int = 60
    connections: Path | None = None
    oidc_issuer: str | None = None
    oidc_audience: str = ""
    claims: Claims = field(default_factory=Claims)

    @property
    def url(self) -> str:
        return self.database_url or f"sqlite:///{(self.data / 'rejig.db').absolute()}"


def read_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """From REJIG_DATA, _DATABASE_URL, _WORKERS, _SEARCHES, the limits (`_limits`), _DESKS (on, off), _WEBHOOK_HOSTS
    (with commas between), _DASK_SCHEDULER, _DOUBTFUL_PERCENT, _SILENT_MINUTES, _CONNECTIONS, and what `_audience`
    and `_claims` read, all prefixed REJIG.

    Raises BadRequest naming the variable.
    """
    env = os.environ if environment is None else environment
    default = Settings()
    return Settings(
        data=Path(env.get("REJIG_DATA") or default.data),
        database_url=env.get("REJIG_DATABASE_URL") or None,
        workers=_count(env, "REJIG_WORKERS", min(default.workers, os.cpu_count() or 1)),
        searches_at_once=_count(env, "REJIG_SEARCHES", default.searches_at_once),
        limits=_limits(env),
        desks=_switch(env, "REJIG_DESKS"),
        webhook_hosts=tuple(h.strip() for h in env.get("REJIG_WEBHOOK_HOSTS", "").split(",") if h.strip()),
        dask_scheduler=env.get("REJIG_DASK_SCHEDULER") or None,
        doubtful_percent=_count(env, "REJIG_DOUBTFUL_PERCENT", default.doubtful_percent),
        silent_minutes=_count(env, "REJIG_SILENT_MINUTES", default.silent_minutes),
        connections=Path(env["REJIG_CONNECTIONS"]) if env.get("REJIG_CONNECTIONS") else None,
        oidc_issuer=env.get("REJIG_OIDC_ISSUER") or None,
        oidc_audience=_audience(env),
        claims=_claims(env),
    )


def _audience(env: Mapping[str, str]) -> str:
    """Without one, a token that the issuer made for another service would open this one."""
    audience = env.get("REJIG_OIDC_AUDIENCE", "")
    if env.get("REJIG_OIDC_ISSUER") and not audience:
        raise BadRequest.of("REJIG_OIDC_AUDIENCE", "nothing", "what tokens for this server name as their audience")
    return audience


def _claims(env: Mapping[str, str]) -> Claims:
    """REJIG_OIDC_NAME_CLAIM, _ROLES_CLAIM, _PLANTS_CLAIM, and _ROLES ("their-name=role,…")."""
    usual = Claims()
    roles_of: dict[str, Role] = {}
    for pair in filter(None, env.get("REJIG_OIDC_ROLES", "").split(",")):
        theirs, _, ours = (part.strip() for part in pair.rpartition("="))
        known = [role for role in ROLES if role == ours]
        if not theirs or not known:
            raise BadRequest.of("REJIG_OIDC_ROLES", f"'{pair}'", f"their-name=role, of {', '.join(ROLES)}")
        roles_of[theirs] = known[0]
    return Claims(
        name=env.get("REJIG_OIDC_NAME_CLAIM") or usual.name,
        roles=env.get("REJIG_OIDC_ROLES_CLAIM") or usual.roles,
        plants=env.get("REJIG_OIDC_PLANTS_CLAIM") or None,
        roles_of=roles_of,
    )


def _limits(env: Mapping[str, str]) -> Limits:
    """Those that a plant may need larger or a small computer smaller; the others are STANDARD's."""
    usual, mega = STANDARD, 1_000_000
    return replace(
        usual,
        upload_bytes=_count(env, "REJIG_MAX_UPLOAD_MB", usual.upload_bytes // mega) * mega,
        events_bytes=_count(env, "REJIG_MAX_EVENTS_MB", usual.events_bytes // mega) * mega,
        unpacked_bytes=_count(env, "REJIG_MAX_UNPACKED_MB", usual.unpacked_bytes // mega) * mega,
        rows=_count(env, "REJIG_MAX_ROWS", usual.rows),
        cells=_count(env, "REJIG_MAX_CELLS", usual.cells),
        open_per_plant=_count(env, "REJIG_MAX_OPEN_PER_PLANT", usual.open_per_plant),
        open_in_all=_count(env, "REJIG_MAX_OPEN", usual.open_in_all),
        plants=_count(env, "REJIG_MAX_PLANTS", usual.plants),
        calls_a_second=_count(env, "REJIG_CALLS_A_SECOND", usual.calls_a_second),
        events_a_second=_count(env, "REJIG_EVENTS_A_SECOND", usual.events_a_second),
    )


def _count(env: Mapping[str, str], name: str, default: int) -> int:
    text = env.get(name, "").strip()
    if not text:
        return default
    if not (text.isascii() and text.isdigit() and len(text) <= 9) or int(text) < 1:
        raise BadRequest.of(name, f"'{text}'", "a whole number of at least 1")
    return int(text)


def _switch(env: Mapping[str, str], name: str) -> bool:
    text = env.get(name, "on").strip().lower()
    if text not in ("on", "off"):
        raise BadRequest.of(name, f"'{text}'", "on or off")
    return text == "on"

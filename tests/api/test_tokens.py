"""Who has signed in at an identity provider may do what the provider's roles are good for here."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from scheduler.access.tokens import Claims, caller_behind
from scheduler.errors import BadRequest, NotSignedIn
from scheduler.settings import Settings, read_settings
from scheduler.solving.warm import warm_kernels
from tests.api.served import serving
from tests.connect.issuer import AUDIENCE, Issuer, issuing

CLAIMS = Claims(
    roles="realm_access.roles", plants="sites", roles_of={"leads": "supervisor", "it": "admin", "all": "viewer"}
)


@pytest.fixture(scope="module")
def doors(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[httpx.Client, Issuer]]:
    warm_kernels()
    with issuing() as issuer:
        settings = Settings(
            data=tmp_path_factory.mktemp("tokens"), workers=1, oidc_issuer=issuer.address, oidc_audience=AUDIENCE,
            claims=CLAIMS,
        )  # fmt: skip
        with serving(settings) as client:
            yield client, issuer


def bearing(issuer: Issuer, *roles: str, **claims: Any) -> dict[str, str]:
    token = issuer.token(preferred_username="m.keller", realm_access={"roles": list(roles)}, **claims)
    return {"Authorization": f"Bearer {token}"}


def test_roles_and_plants_come_from_the_token_and_the_audit_has_its_subject(
    doors: tuple[httpx.Client, Issuer],
) -> None:
    client, issuer = doors
    assert client.get("/v1/plants").status_code == 401  # locked, though no key was made
    lead, admin = bearing(issuer, "leads", sites=["shop"]), bearing(issuer, "it")
    assert client.get("/v1/plants/shop", headers=lead).status_code == 404
    assert client.get("/v1/plants/elsewhere", headers=lead).status_code == 403
    assert client.delete("/v1/plants/shop", headers=lead).status_code == 403
    assert client.delete("/v1/plants/shop", headers=admin).status_code == 404
    assert client.patch("/v1/plants/shop", json={"mode": "auto"}, headers=lead).status_code == 404
    entries = client.get("/v1/audit", params={"who": "m.keller"}, headers=admin).json()["entries"]
    assert {entry["who"] for entry in entries} == {"m.keller (token of u-17)"}


def test_a_token_that_gives_nothing_opens_nothing(doors: tuple[httpx.Client, Issuer]) -> None:
    client, issuer = doors
    for sent in (
        bearing(issuer, "cooks", sites=["shop"]),
        bearing(issuer, "supervisor", sites=["shop"]),  # ours, but the table names theirs
        bearing(issuer, "leads"),
        bearing(issuer, "leads", sites=[]),
        bearing(issuer, "leads", sites=["shop"], aud="another service"),
        {"Authorization": "Bearer x.y.z"},
        {"Authorization": "Bearer"},
        {"Authorization": "Basic bTptCg=="},
    ):
        answer = client.get("/v1/plants", headers=sent)
        assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer"), sent
    assert client.get("/v1/plants", headers=bearing(issuer, "all", sites="*")).status_code == 200


def test_keys_are_taken_beside_tokens(doors: tuple[httpx.Client, Issuer]) -> None:
    client, issuer = doors
    admin = bearing(issuer, "it")
    made = client.post("/v1/keys", json={"name": "root", "roles": ["admin"]}, headers=admin)
    assert made.status_code == 201, made.text
    assert client.get("/v1/plants", headers={"Authorization": f"Bearer {made.json()['key']}"}).status_code == 200
    assert client.get("/v1/plants", headers=admin).status_code == 200


def test_names_are_plain_and_claims_may_be_nested_or_have_dots() -> None:
    odd = {"sub": "u\x1b1", "https://x.example/roles": "viewer floor", "name": "a\nb" + "x" * 200}
    found = caller_behind(odd, Claims(name="name", roles="https://x.example/roles"))
    assert (found.roles, found.name[:3], len(found.name), found.key) == (("viewer", "floor"), "a?b", 80, "token of u?1")
    assert caller_behind({"sub": "u", "roles": ["viewer", 7, None]}, Claims()).roles == ("viewer",)
    for claim in (None, {}, 7, [["admin"]]):
        with pytest.raises(NotSignedIn):
            caller_behind({"sub": "u", "roles": claim}, Claims())


def test_settings_name_the_issuer_the_audience_and_the_roles(tmp_path: Path) -> None:
    env = {"REJIG_DATA": str(tmp_path), "REJIG_OIDC_ISSUER": "https://login.example"}
    with pytest.raises(BadRequest, match="REJIG_OIDC_AUDIENCE"):
        read_settings(env)
    env |= {"REJIG_OIDC_AUDIENCE": "rejig", "REJIG_OIDC_ROLES": "leads=supervisor, it=admin"}
    assert dict(read_settings(env).claims.roles_of) == {"leads": "supervisor", "it": "admin"}
    for wrong in ("leads", "leads=boss", "=admin"):
        with pytest.raises(BadRequest, match="REJIG_OIDC_ROLES"):
            read_settings({**env, "REJIG_OIDC_ROLES": wrong})

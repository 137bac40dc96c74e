"""Tokens of an issuer that is not ours, at the real door: who they let in, and whom nothing lets in."""

from __future__ import annotations

import base64
import hmac
import json
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives import serialization

from scheduler.commands.child import any_free_port
from scheduler.connect import oidc
from scheduler.connect.oidc import OidcTokens
from scheduler.errors import NotSignedIn, StorageAway
from scheduler.settings import Settings
from tests.api.served import serving, wait_until
from tests.connect.live.oidc_provider import ANOTHER, API, OidcProvider, oidc_provider

pytestmark = pytest.mark.live


@pytest.fixture
def provider() -> Iterator[OidcProvider]:
    with oidc_provider(any_free_port()) as provider:
        yield provider


def bearing(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def test_who_it_vouches_for_does_what_their_roles_allow_and_is_named_in_the_audit(
    provider: OidcProvider, tmp_path: Path
) -> None:
    settings = Settings(data=tmp_path, workers=1, oidc_issuer=provider.issuer, oidc_audience=API)
    machine = bearing(provider.machine_token())
    lead, root = (bearing(provider.tokens_of(person)["access_token"]) for person in ("m.keller", "root"))
    stranger = bearing(provider.tokens_of("a.stranger")["access_token"])
    with serving(settings) as client:
        assert client.get("/v1/plants").status_code == 401
        for let_in in (machine, lead, root):
            assert client.get("/v1/plants", headers=let_in).status_code == 200
        assert client.get("/v1/plants", headers=stranger).status_code == 401
        assert client.patch("/v1/plants/none", json={"mode": "auto"}, headers=machine).status_code == 403
        assert client.patch("/v1/plants/none", json={"mode": "auto"}, headers=lead).status_code == 404
        entries = client.get("/v1/audit", headers=root).json()["entries"]
        assert {entry["who"] for entry in entries} == {"m.keller (token of m.keller)"}
        for_another = bearing(provider.machine_token(ANOTHER))
        assert client.get("/v1/plants", headers=for_another).status_code == 401


def test_what_it_has_not_signed_for_us_is_refused(provider: OidcProvider) -> None:
    tokens = OidcTokens(provider.issuer, API)
    whole = provider.machine_token()
    said = tokens.claims(whole)
    assert (said["sub"], said["roles"]) == ("mes-line-2", ["floor"])
    with pytest.raises(NotSignedIn, match="Audience"):
        tokens.claims(provider.machine_token(ANOTHER))
    with pytest.raises(NotSignedIn, match="Audience"):  # an ID token is for the screens, and not for this server
        tokens.claims(provider.tokens_of("m.keller")["id_token"])
    published = provider.keys()[0]
    public = jwt.PyJWK(published).key
    forms = (
        (serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo),
        (serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo),
        (serialization.Encoding.PEM, serialization.PublicFormat.PKCS1),
    )
    for form in forms:
        with pytest.raises(NotSignedIn, match="in a way"):
            tokens.claims(by_secret(said, str(published["kid"]), public.public_bytes(*form)))
    bare = jwt.encode(dict(said), None, algorithm="none", headers={"kid": published["kid"]})
    head, body, mark = whole.split(".")
    more = json.loads(base64.urlsafe_b64decode(body + "==")) | {"roles": ["admin"]}
    for forged in (bare, f"{head}.{body}.", f"{head}.{part(more)}.{mark}", whole[:-6] + "AAAAAA"):
        with pytest.raises(NotSignedIn):
            tokens.claims(forged)


def test_an_issuer_beside_it_is_another(provider: OidcProvider) -> None:
    tokens = OidcTokens(provider.issuer, API)
    assert tokens.claims(provider.machine_token())
    with oidc_provider(any_free_port()) as other:
        with pytest.raises(NotSignedIn):  # its key has the same name, and is another
            tokens.claims(other.machine_token())
        with pytest.raises(NotSignedIn, match=r"[Ii]ssuer"):
            OidcTokens(f"{other.issuer}/", API).claims(other.machine_token())


def test_a_token_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(oidc, "LEEWAY_SECONDS", 0)
    with oidc_provider(any_free_port(), seconds=2) as provider:
        tokens = OidcTokens(provider.issuer, API)
        token = provider.machine_token()
        ends = jwt.decode(token, options={"verify_signature": False})["exp"]
        wait_until(lambda: time.time() > ends)
        with pytest.raises(NotSignedIn, match="expired"):
            tokens.claims(token)


def test_its_keys_change_and_it_goes_away_and_comes_back(
    provider: OidcProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(oidc, "ASK_AGAIN_SECONDS", 0.0)
    tokens = OidcTokens(provider.issuer, API)
    old = provider.machine_token()
    assert tokens.claims(old)
    provider.rotate()
    new = provider.machine_token()
    assert jwt.get_unverified_header(new)["kid"] != jwt.get_unverified_header(old)["kid"]
    assert tokens.claims(new)
    with pytest.raises(NotSignedIn, match="does not publish"):
        tokens.claims(old)
    provider.kill()
    monkeypatch.setattr(oidc, "KEYS_ARE_FRESH_SECONDS", 0.0)
    assert tokens.claims(new), "known keys hold while it is away"
    with pytest.raises(StorageAway, match="gives no keys"):
        OidcTokens(provider.issuer, API).claims(new)
    provider.start()
    wait_until(lambda: httpx.get(f"{provider.issuer}/.well-known/openid-configuration").status_code == 200)
    again = provider.machine_token()
    with pytest.raises(NotSignedIn):  # it came back with other keys
        tokens.claims(new)
    assert tokens.claims(again)


def by_secret(claims: object, key: str, secret: bytes) -> str:
    """Signed as if the published key were a secret that both sides know; libraries refuse to do it."""
    signed = f"{part({'alg': 'HS256', 'typ': 'JWT', 'kid': key})}.{part(claims)}"
    return f"{signed}.{base64.urlsafe_b64encode(hmac.digest(secret, signed.encode(), 'sha256')).rstrip(b'=').decode()}"


def part(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()

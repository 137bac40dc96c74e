"""A token opens what its issuer has signed, for us, now, and nothing else."""

from __future__ import annotations

import base64
import datetime as dt
import hmac
import json
from collections.abc import Iterator

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from scheduler.connect import oidc
from scheduler.connect.oidc import OidcTokens
from scheduler.errors import BadRequest, NotSignedIn, StorageAway
from tests.connect.issuer import AUDIENCE, Issuer, issuing

AGO = dt.datetime.now(dt.UTC) - dt.timedelta(minutes=2)
STRANGER = rsa.generate_private_key(public_exponent=65_537, key_size=2_048)


@pytest.fixture(scope="module")
def running() -> Iterator[Issuer]:
    with issuing() as issuer:
        yield issuer


@pytest.fixture
def issuer(running: Issuer) -> Issuer:
    running.up, running.asked, running.calls_itself = True, 0, running.address
    return running


def test_a_token_that_the_issuer_signed_for_us_is_read(issuer: Issuer) -> None:
    tokens = OidcTokens(issuer.address, AUDIENCE)
    for _ in range(5):
        said = tokens.claims(issuer.token(preferred_username="m.keller", aud=["other", AUDIENCE]))
        assert (said["sub"], said["preferred_username"]) == ("u-17", "m.keller")
    assert issuer.asked == 1
    assert tokens.claims(issuer.token(exp=dt.datetime.now(dt.UTC) - dt.timedelta(seconds=10)))  # clocks differ a little


@pytest.mark.parametrize(
    ("claims", "why"),
    [
        ({"exp": AGO}, "expired"),
        ({"exp": None}, "exp"),
        ({"aud": "another service"}, "Audience"),
        ({"aud": None}, "aud"),
        ({"iss": "https://evil.example"}, "issuer"),
        ({"sub": None}, "sub"),
        ({"nbf": dt.datetime.now(dt.UTC) + dt.timedelta(hours=1)}, "not yet valid"),
        ({"signed_by": STRANGER}, "Signature"),
        ({"key": "one", "algorithm": "HS256", "signed_by": "a secret of thirty-two characters"}, "in a way"),
    ],
)
def test_any_other_token_is_refused_in_words(issuer: Issuer, claims: dict[str, object], why: str) -> None:
    tokens = OidcTokens(issuer.address, AUDIENCE)
    with pytest.raises(NotSignedIn, match=why):
        tokens.claims(issuer.token(**claims))  # type: ignore[arg-type]


def test_a_public_key_is_no_secret_and_no_signature_is_none(issuer: Issuer) -> None:
    tokens = OidcTokens(issuer.address, AUDIENCE)
    claims = {"iss": issuer.address, "aud": AUDIENCE, "sub": "u", "exp": 4_000_000_000}
    bare = jwt.encode(claims, None, algorithm="none", headers={"kid": "one"})
    public = issuer.keys["one"].public_key()
    spoken = public.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    parts = [base64.urlsafe_b64encode(json.dumps(p).encode()) for p in ({"alg": "HS256", "kid": "one"}, claims)]
    mark = base64.urlsafe_b64encode(hmac.digest(spoken, b".".join(parts), "sha256"))
    as_secret = b".".join([*parts, mark]).replace(b"=", b"").decode()
    whole = issuer.token()
    cut = whole.rpartition(".")[0] + "."
    for sent in (
        bare,
        as_secret,
        cut,
        whole[:-4] + "AAAA",
        "a.b.c",
        "",
        "x" * 20_000,
        "[" * 5_000,
        "\u20ac.\u20ac.\u20ac",
    ):
        with pytest.raises(NotSignedIn):
            tokens.claims(sent)


def test_new_keys_are_found_and_unknown_ones_do_not_make_us_ask_for_ever(
    issuer: Issuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    tokens = OidcTokens(issuer.address, AUDIENCE)
    tokens.claims(issuer.token())
    issuer.new_key("two")
    for _ in range(20):
        with pytest.raises(NotSignedIn, match="does not publish"):
            tokens.claims(issuer.token("two"))
    assert issuer.asked == 1
    monkeypatch.setattr(oidc, "ASK_AGAIN_SECONDS", 0.0)
    assert tokens.claims(issuer.token("two"))["sub"] == "u-17"
    gone = issuer.keys.pop("two")
    monkeypatch.setattr(oidc, "KEYS_ARE_FRESH_SECONDS", 0.0)
    with pytest.raises(NotSignedIn, match="does not publish"):
        tokens.claims(issuer.token("two", signed_by=gone))


def test_known_keys_hold_while_the_issuer_is_away(issuer: Issuer, monkeypatch: pytest.MonkeyPatch) -> None:
    tokens = OidcTokens(issuer.address, AUDIENCE)
    issuer.up = False
    with pytest.raises(StorageAway, match="gives no keys"):
        tokens.claims(issuer.token())
    issuer.up = True
    with pytest.raises(StorageAway, match="asked again soon"):  # no flood of tokens is a flood of questions
        tokens.claims(issuer.token())
    monkeypatch.setattr(oidc, "ASK_AGAIN_SECONDS", 0.0)
    assert tokens.claims(issuer.token())
    issuer.up = False
    monkeypatch.setattr(oidc, "KEYS_ARE_FRESH_SECONDS", 0.0)
    assert tokens.claims(issuer.token())


def test_an_issuer_is_who_it_says_and_cannot_be_overheard(issuer: Issuer) -> None:
    issuer.calls_itself = "https://evil.example"
    with pytest.raises(NotSignedIn, match="calls itself"):
        OidcTokens(issuer.address, AUDIENCE).claims(issuer.token())
    for address in ("http://login.example", "login.example", "ftp://x", ""):
        with pytest.raises(BadRequest, match="REJIG_OIDC_ISSUER"):
            OidcTokens(address, AUDIENCE)

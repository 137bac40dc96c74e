"""Bearer tokens of an OpenID Connect issuer, verified with the keys that it publishes. PyJWT does the cryptography."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Mapping
from typing import Any

import httpx
import jwt

from scheduler.errors import BadRequest, NotSignedIn, StorageAway

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
"""Asymmetric ones: a secret that both sides know would let this server sign for the issuer."""
LEEWAY_SECONDS = 30
KEYS_ARE_FRESH_SECONDS = 3_600.0
ASK_AGAIN_SECONDS = 30.0
"""A token under an unknown key makes us ask the issuer, and no more often than this, whoever sends how many."""
TIMEOUT_SECONDS = 5.0
MOST_BYTES = 1_000_000
LONGEST_TOKEN = 16_000
DISCOVERY = "/.well-known/openid-configuration"


class OidcTokens:
    """Of one issuer, for one audience. Safe from any thread; asks the issuer when the first token comes."""

    def __init__(self, issuer: str, audience: str) -> None:
        """Raises BadRequest where the issuer is no address that can be trusted."""
        address = httpx.URL(issuer)
        loopback = address.host in ("127.0.0.1", "localhost", "::1")
        if not (address.scheme == "https" or (address.scheme == "http" and loopback)) or not address.host:
            raise BadRequest.of("REJIG_OIDC_ISSUER", f"'{issuer}'", "https://… (http on this computer alone)")
        self._issuer, self._audience = issuer, audience
        self._lock = threading.Lock()
        self._keys: dict[str | None, jwt.PyJWK] = {}
        self._asked_at = float("-inf")

    def claims(self, token: str) -> Mapping[str, Any]:
        """What a token says that this issuer has signed for us and that holds now.

        Raises NotSignedIn in words; StorageAway where the issuer's keys are needed and it gives no answer.
        """
        try:
            if len(token) > LONGEST_TOKEN:
                raise NotSignedIn(f"the token has more than {LONGEST_TOKEN:,} characters")
            head = jwt.get_unverified_header(token)
            if head.get("alg") not in ALGORITHMS:
                raise NotSignedIn("the token is signed in a way that is not taken here")
            found: dict[str, Any] = jwt.decode(
                token,
                self._key(head.get("kid")),
                algorithms=list(ALGORITHMS),
                audience=self._audience,
                issuer=self._issuer,
                leeway=LEEWAY_SECONDS,
                options={"require": ["exp", "iss", "aud", "sub"]},
            )
        except (jwt.PyJWTError, ValueError, RecursionError) as fault:
            raise NotSignedIn(f"the token is not valid here: {fault}") from fault
        return found

    def _key(self, id: str | None) -> jwt.PyJWK:
        with self._lock:
            age = time.monotonic() - self._asked_at
            if not self._keys and age <= ASK_AGAIN_SECONDS:
                raise StorageAway("the issuer of tokens gave no keys a moment ago; it is asked again soon")
            if age > KEYS_ARE_FRESH_SECONDS or (id not in self._keys and age > ASK_AGAIN_SECONDS):
                self._asked_at = time.monotonic()
                self._keys = self._published()
            if id not in self._keys:
                raise NotSignedIn("the token is signed with a key that its issuer does not publish")
            return self._keys[id]

    def _published(self) -> dict[str | None, jwt.PyJWK]:
        try:
            with httpx.Client(timeout=TIMEOUT_SECONDS, trust_env=False) as client:
                about = _asked(client, self._issuer.rstrip("/") + DISCOVERY)
                if about.get("issuer") != self._issuer:
                    raise NotSignedIn(f"the issuer calls itself '{about.get('issuer')}', and not '{self._issuer}'")
                told = _asked(client, str(about.get("jwks_uri")))
            keys = {key.key_id: key for key in jwt.PyJWKSet.from_dict(told).keys if key.public_key_use in (None, "sig")}
        except (httpx.HTTPError, httpx.InvalidURL, ValueError, jwt.PyJWTError) as fault:
            words = f"the issuer of tokens gives no keys ({type(fault).__name__}: {str(fault)[:200]})"
            if self._keys:
                return self._keys  # those that are known hold on until it answers again
            raise StorageAway(words) from fault
        return keys


def _asked(client: httpx.Client, address: str) -> dict[str, Any]:
    began = time.monotonic()
    with client.stream("GET", address) as answer:
        answer.raise_for_status()
        body = b""
        for piece in answer.iter_bytes():
            body += piece
            if len(body) > MOST_BYTES or time.monotonic() - began > 2 * TIMEOUT_SECONDS:
                raise ValueError(f"{address} does not come to an end")
    found = json.loads(body)
    if not isinstance(found, dict):
        raise ValueError(f"{address} is no JSON object")
    return found

"""An identity provider of the tests' own: real RSA keys, published over real HTTP, and tokens signed with them."""

from __future__ import annotations

import datetime as dt
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

AUDIENCE = "rejig-of-this-site"


class Issuer:
    """keys : by their id, those that are published.   asked : how often for them.   up : whether it answers."""

    def __init__(self, port: int) -> None:
        self.address = f"http://127.0.0.1:{port}"
        self.calls_itself = self.address
        self.keys: dict[str, rsa.RSAPrivateKey] = {}
        self.asked = 0
        self.up = True
        self.new_key("one")

    def new_key(self, id: str) -> rsa.RSAPrivateKey:
        self.keys[id] = rsa.generate_private_key(public_exponent=65_537, key_size=2_048)
        return self.keys[id]

    def token(self, key: str = "one", signed_by: Any = None, algorithm: str = "RS256", **claims: Any) -> str:
        """Good for five minutes, where the claims do not say otherwise; a claim of None is left out."""
        now = dt.datetime.now(dt.UTC)
        usual = {"iss": self.address, "aud": AUDIENCE, "sub": "u-17", "iat": now, "exp": now + dt.timedelta(minutes=5)}
        told = {name: value for name, value in (usual | claims).items() if value is not None}
        return jwt.encode(told, signed_by or self.keys[key], algorithm=algorithm, headers={"kid": key})

    def documents(self) -> dict[str, Any]:
        published = [
            json.loads(RSAAlgorithm.to_jwk(key.public_key())) | {"kid": id, "use": "sig"}
            for id, key in self.keys.items()
        ]
        return {
            "/.well-known/openid-configuration": {"issuer": self.calls_itself, "jwks_uri": f"{self.address}/keys"},
            "/keys": {"keys": published},
        }


@contextmanager
def issuing() -> Iterator[Issuer]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            issuer.asked += self.path == "/keys"
            found = issuer.documents().get(self.path) if issuer.up else None
            self.send_response(200 if found else 503)
            self.end_headers()
            self.wfile.write(json.dumps(found).encode())

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    issuer = Issuer(server.server_address[1])
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield issuer
    finally:
        server.shutdown()
        thread.join()
        server.server_close()

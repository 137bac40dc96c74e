"""An issuer of tokens that is not ours: npm's oidc-provider, in a process of its own."""

from __future__ import annotations

import base64
import hashlib
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx

from tests.connect.live.npm import npm_folder

VERSION = "9.13.3"
API, ANOTHER = "urn:rejig:api", "urn:another:service"
SCREENS, MACHINE, SECRET = "rejig-screens", "mes-line-2", "a-secret-of-the-tests-0123456789"
SCRIPT = """
import { createServer } from "node:http";
import { generateKeyPairSync } from "node:crypto";
import { createInterface } from "node:readline";
import Provider from "oidc-provider";
const [port, callback, seconds] = process.argv.slice(2);
const issuer = `http://127.0.0.1:${port}`;
const roles = { "m.keller": ["supervisor"], "k.roth": ["viewer"], "root": ["admin"], "mes-line-2": ["floor"] };
let count = 0;
const key = () => {
  const jwk = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({ format: "jwk" });
  return { ...jwk, kid: `key-${++count}`, use: "sig", alg: "RS256" };
};
const said = (id) => ({ preferred_username: id, roles: roles[id] || [] });
const provider = (keys) => {
  const made = new Provider(issuer, {
    jwks: { keys },
    cookies: { keys: ["tests"] },
    clients: [
      { client_id: "rejig-screens", client_secret: "a-secret-of-the-tests-0123456789", redirect_uris: [callback],
        post_logout_redirect_uris: [callback], grant_types: ["authorization_code"], response_types: ["code"] },
      { client_id: "mes-line-2", client_secret: "a-secret-of-the-tests-0123456789", redirect_uris: [],
        grant_types: ["client_credentials"], response_types: [] },
    ],
    claims: { openid: ["sub", "preferred_username", "roles"] },
    conformIdTokenClaims: false,
    findAccount: (ctx, id) => ({ accountId: id, claims: () => ({ sub: id, ...said(id) }) }),
    extraTokenClaims: (ctx, token) => said(token.accountId || token.clientId),
    ttl: { AccessToken: Number(seconds), ClientCredentials: Number(seconds), IdToken: Number(seconds) },
    features: {
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        useGrantedResource: () => true,
        getResourceServerInfo: (ctx, resource) => ({
          scope: "", audience: resource, accessTokenFormat: "jwt", accessTokenTTL: Number(seconds) }),
      },
    },
  });
  made.on("server_error", (ctx, error) => console.error(error));
  return made.callback();
};
let handle = provider([key()]);
createServer((request, answer) => handle(request, answer)).listen(Number(port), "127.0.0.1", () =>
  console.log("ready"));
createInterface({ input: process.stdin }).on("line", () => {
  handle = provider([key()]);
  console.log("rotated");
});
"""


class OidcProvider:
    """Its people are whoever types a name at its page; its keys change when it is told."""

    def __init__(self, folder: Path, port: int, callback: str, seconds: int) -> None:
        self.issuer, self.callback = f"http://127.0.0.1:{port}", callback
        (folder / "issuer.mjs").write_text(SCRIPT)
        self._command = ["node", "issuer.mjs", str(port), callback, str(seconds)]
        self._folder = folder
        self.start()

    def start(self) -> None:
        self._process = subprocess.Popen(
            self._command, cwd=self._folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self._until("ready")

    def rotate(self) -> None:
        """It signs with another key from now on, and publishes that one alone."""
        assert self._process.stdin is not None
        self._process.stdin.write("rotate\n")
        self._process.stdin.flush()
        self._until("rotated")

    def kill(self) -> None:
        self._process.kill()
        self._process.communicate()

    def keys(self) -> list[dict[str, Any]]:
        """As it publishes them."""
        about = httpx.get(f"{self.issuer}/.well-known/openid-configuration").raise_for_status().json()
        found: list[dict[str, Any]] = httpx.get(about["jwks_uri"]).raise_for_status().json()["keys"]
        return found

    def machine_token(self, audience: str = API) -> str:
        """By client credentials."""
        asked = {"grant_type": "client_credentials", "resource": audience}
        return self._tokens(asked, MACHINE)["access_token"]

    def tokens_of(self, person: str, audience: str = API) -> dict[str, str]:
        """By the code flow with PKCE: as a browser does it, through its own pages; access_token and id_token."""
        verifier = "v" * 64
        digest = hashlib.sha256(verifier.encode()).digest()
        asked = {
            "client_id": SCREENS, "response_type": "code", "scope": "openid", "redirect_uri": self.callback,
            "state": "s", "resource": audience, "code_challenge_method": "S256",
            "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
        }  # fmt: skip
        with httpx.Client(base_url=self.issuer) as browser:
            page = browser.get("/auth", params=asked)
            while True:
                while page.is_redirect:
                    place = page.headers["location"]
                    if place.startswith(self.callback):
                        code = parse_qs(urlsplit(place).query)["code"][0]
                        return self._tokens(
                            {"grant_type": "authorization_code", "code": code, "redirect_uri": self.callback,
                             "code_verifier": verifier, "resource": audience}, SCREENS,
                        )  # fmt: skip
                    page = browser.get(place)
                form = re.search(r'action="([^"]+)"', page.text)
                prompt = re.search(r'name="prompt" value="(\w+)"', page.text)
                assert form, page.text
                assert prompt, page.text
                page = browser.post(form[1], data={"prompt": prompt[1], "login": person, "password": "x"})

    def _tokens(self, asked: dict[str, str], client: str) -> dict[str, str]:
        answer = httpx.post(f"{self.issuer}/token", data=asked, auth=(client, SECRET))
        assert answer.status_code == 200, answer.text
        found: dict[str, str] = answer.json()
        return found

    def _until(self, word: str) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if line.strip() == word:
                return
        raise AssertionError("the issuer has ended")


@contextmanager
def oidc_provider(
    port: int, callback: str = "http://127.0.0.1:9/oauth2callback", seconds: int = 600
) -> Iterator[OidcProvider]:
    """seconds : how long its tokens hold."""
    folder = npm_folder(f"oidc-provider-{VERSION}", f"oidc-provider@{VERSION}")
    provider = OidcProvider(folder, port, callback, seconds)
    try:
        yield provider
    finally:
        provider.kill()

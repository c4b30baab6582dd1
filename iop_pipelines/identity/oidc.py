"""Sign-in at an OpenID provider: authorization code flow with PKCE, state and nonce.

Nothing is kept between the two requests but a signed cookie with the state: nonce and code verifier
are derived from it, so any replica can take the callback.
"""

import base64
import hashlib
import hmac
import logging
import re
import secrets
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, cast

import jwt
import requests
from authlib.common.errors import AuthlibBaseError
from authlib.common.security import is_secure_transport
from authlib.integrations.requests_client import OAuth2Session

from iop_pipelines.domain.sentences import Sentence
from iop_pipelines.domain.vocabulary import Role
from iop_pipelines.errors import (
    MisconfiguredInstance,
    NotAllowed,
    NotSignedIn,
    Unavailable,
)
from iop_pipelines.identity import tokens
from iop_pipelines.settings import Settings

COOKIE = "iop_oidc"
# A person may have to find a second factor first.
STATE_LIFE_S = 600
_STATE_ISSUER = "iop-oidc"
_SCOPE = "openid profile email"
_TIMEOUT_S = 10
_DISCOVERY_LIFE_S = 3600
_KEYS_LIFE_S = 3600
# An unknown key id asks for the keys again, but not more often than this.
_KEYS_PAUSE_S = 10
_CLOCK_SKEW_S = 60
# Signatures that only the provider can make; a shared secret is not one.
_ALGORITHMS = (
    *("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"),
    *("ES256", "ES384", "ES512", "EdDSA"),
)

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Started:
    """Where the browser goes, and the cookie's value that it brings back."""

    url: str
    cookie: str


@dataclass(frozen=True, slots=True)
class Identity:
    issuer: str
    subject: str
    name: str
    role: Role
    next_path: str


class Provider:
    """One OpenID provider, discovered at first use; safe for many threads."""

    def __init__(self, settings: Settings, key: bytes) -> None:
        if not (settings.oidc_issuer and settings.oidc_client_id and settings.oidc_client_secret):
            raise MisconfiguredInstance("oidc.incomplete")
        if not is_secure_transport(settings.oidc_issuer):
            raise MisconfiguredInstance("oidc.issuer_not_https", issuer=settings.oidc_issuer)
        if not settings.is_embedded and settings.public_url is None:
            raise MisconfiguredInstance("oidc.no_public_url")
        self.issuer = settings.oidc_issuer
        self._settings = settings
        self._client_id = settings.oidc_client_id
        self._client_secret = settings.oidc_client_secret
        self._key = key
        self._lock = threading.Lock()
        self._discovered: tuple[float, Mapping[str, Any]] | None = None
        self._keys: tuple[float, jwt.PyJWKSet] | None = None

    def start(self, redirect_uri: str, next_path: str) -> Started:
        state = secrets.token_urlsafe(32)
        with self._session(redirect_uri) as session:
            url, _ = session.create_authorization_url(
                self._endpoint("authorization_endpoint"),
                state=state,
                code_verifier=self._derived("verifier", state),
                nonce=self._derived("nonce", state),
            )
        now = int(time.time())
        claims = {"iss": _STATE_ISSUER, "iat": now, "exp": now + STATE_LIFE_S}
        cookie = jwt.encode(
            {**claims, "state": state, "next": next_path}, self._key, algorithm=tokens.ALGORITHM
        )
        return Started(str(url), cookie)

    def finish(self, redirect_uri: str, cookie: str | None, query: Mapping[str, str]) -> Identity:
        """Who came back from the provider.

        Raises:
            NotSignedIn: the answer is not one to our own question.
            NotAllowed: a person without one of the two roles.
            Unavailable: the provider does not answer.
        """
        state, next_path = self._expected(cookie, query)
        if "error" in query:
            raise _refused(Sentence("oidc.answered", error=query["error"][:100]))
        if not query.get("code"):
            raise _refused(Sentence("oidc.no_code"))
        id_token = self._exchange(redirect_uri, query["code"], state)
        claims = self._verified(id_token, self._derived("nonce", state))
        return Identity(
            self.issuer, claims["sub"], _name_of(claims), self._role_of(claims), next_path
        )

    def _expected(self, cookie: str | None, query: Mapping[str, str]) -> tuple[str, str]:
        known = tokens.verified_claims(
            self._key, cookie or "", _STATE_ISSUER, ("exp", "iat", "state", "next")
        )
        if known is None:
            raise _refused(Sentence("oidc.not_begun_here"))
        state: str = known["state"]
        if not hmac.compare_digest(query.get("state", "").encode(), state.encode()):
            raise _refused(Sentence("oidc.other_state"))
        # RFC 9207: an answer of another provider is not taken for this one's.
        must_name = self._discovery().get("authorization_response_iss_parameter_supported") is True
        if query.get("iss", None if must_name else self.issuer) != self.issuer:
            raise _refused(Sentence("oidc.other_issuer"))
        return state, known["next"]

    def _exchange(self, redirect_uri: str, code: str, state: str) -> str:
        try:
            with self._session(redirect_uri) as session:
                answer = session.fetch_token(
                    self._endpoint("token_endpoint"),
                    grant_type="authorization_code",
                    code=code,
                    code_verifier=self._derived("verifier", state),
                    allow_redirects=False,
                )
        except AuthlibBaseError as error:
            raise _refused(Sentence("oidc.code_refused", error=error)) from error
        except (requests.RequestException, ValueError) as error:
            raise Unavailable("provider.silent", issuer=self.issuer, error=error) from error
        id_token = cast(Mapping[str, Any], answer).get("id_token")
        if not isinstance(id_token, str):
            raise _refused(Sentence("oidc.no_id_token"))
        return id_token

    def _verified(self, id_token: str, nonce: str) -> dict[str, Any]:
        try:
            claims: dict[str, Any] = jwt.decode(
                id_token,
                self._key_of(id_token),
                algorithms=list(_ALGORITHMS),
                audience=self._client_id,
                issuer=self.issuer,
                leeway=_CLOCK_SKEW_S,
                options={"require": ["iss", "sub", "aud", "exp", "iat", "nonce"]},
            )
        except jwt.PyJWTError as error:
            raise _refused(Sentence("oidc.id_token_wrong", error=error)) from error
        if not hmac.compare_digest(str(claims["nonce"]).encode(), nonce.encode()):
            raise _refused(Sentence("oidc.other_nonce"))
        if claims.get("azp", self._client_id) != self._client_id:
            raise _refused(Sentence("oidc.other_client"))
        if not 0 < len(claims["sub"]) <= 255:
            raise _refused(Sentence("oidc.bad_subject"))
        return claims

    def _key_of(self, id_token: str) -> jwt.PyJWK:
        key_id: object = jwt.get_unverified_header(id_token).get("kid")
        for is_fresh in (False, True):
            keys = [each for each in self._key_set(is_fresh).keys if each.public_key_use != "enc"]
            named = [each for each in keys if each.key_id == key_id]
            if key_id is None and len(keys) == 1:
                return keys[0]
            if named:
                return named[0]
        raise _refused(Sentence("oidc.unknown_key"))

    def _key_set(self, is_fresh: bool) -> jwt.PyJWKSet:
        with self._lock:
            known = self._keys
        age_s = time.monotonic() - known[0] if known else float("inf")
        if known and age_s < (_KEYS_PAUSE_S if is_fresh else _KEYS_LIFE_S):
            return known[1]
        try:
            found = jwt.PyJWKSet.from_dict(dict(self._get(self._endpoint("jwks_uri"))))
        except jwt.PyJWTError as error:
            raise Unavailable(
                "provider.keys_unreadable", issuer=self.issuer, error=error
            ) from error
        with self._lock:
            self._keys = (time.monotonic(), found)
        return found

    def _endpoint(self, name: str) -> str:
        found = self._discovery().get(name)
        if not isinstance(found, str) or not is_secure_transport(found):
            raise Unavailable("provider.names_none", issuer=self.issuer, name=name)
        return found

    def _discovery(self) -> Mapping[str, Any]:
        with self._lock:
            known = self._discovered
        if known and time.monotonic() - known[0] < _DISCOVERY_LIFE_S:
            return known[1]
        found = self._get(f"{self.issuer.rstrip('/')}/.well-known/openid-configuration")
        if found.get("issuer") != self.issuer:
            raise _refused(
                Sentence("oidc.issuer_differs", issuer=self.issuer, found=found.get("issuer"))
            )
        with self._lock:
            self._discovered = (time.monotonic(), found)
        return found

    def _get(self, url: str) -> Mapping[str, Any]:
        try:
            answer = requests.get(url, timeout=_TIMEOUT_S, headers={"accept": "application/json"})
            answer.raise_for_status()
            found: object = answer.json()
        except (requests.RequestException, ValueError) as error:
            raise Unavailable("provider.silent", issuer=self.issuer, error=error) from error
        if not isinstance(found, dict):
            raise Unavailable("provider.not_an_object", url=url)
        return cast(dict[str, Any], found)

    def _session(self, redirect_uri: str) -> Any:
        methods = self._discovery().get("token_endpoint_auth_methods_supported")
        is_post = isinstance(methods, list) and "client_secret_basic" not in methods
        return OAuth2Session(
            self._client_id,
            self._client_secret,
            token_endpoint_auth_method="client_secret_post" if is_post else "client_secret_basic",
            scope=_SCOPE,
            redirect_uri=redirect_uri,
            code_challenge_method="S256",
            default_timeout=_TIMEOUT_S,
        )

    def _derived(self, purpose: str, state: str) -> str:
        digest = hmac.digest(self._key, f"oidc {purpose} {state}".encode(), hashlib.sha256)
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()

    def _role_of(self, claims: Mapping[str, Any]) -> Role:
        values = values_of(claims, self._settings.oidc_role_claim)
        if self._settings.oidc_admin_role in values:
            return Role.ADMIN
        if self._settings.oidc_viewer_role in (*values, "*"):
            return Role.VIEWER
        raise NotAllowed("provider.no_role")


@lru_cache(maxsize=8)
def provider_of(settings: Settings) -> Provider | None:
    """None where no provider is configured; raises MisconfiguredInstance where it is half configured."""
    if not (settings.oidc_issuer or settings.oidc_client_id or settings.oidc_client_secret):
        return None
    return Provider(settings, tokens.signing_key(settings))


def values_of(claims: Mapping[str, Any], path: str) -> set[str]:
    """The strings at a claim: a list, or one text with blanks between. A name with dots goes first."""
    found: Any = claims.get(path)
    if found is None:
        found = claims
        for part in path.split("."):
            found = cast(dict[str, Any], found).get(part) if isinstance(found, dict) else None
    if isinstance(found, str):
        return set(found.split())
    if isinstance(found, list):
        return {each for each in cast(list[Any], found) if isinstance(each, str)}
    return set()


def _name_of(claims: Mapping[str, Any]) -> str:
    for claim in ("preferred_username", "email", "name", "sub"):
        if isinstance(claims.get(claim), str) and re.search(r"[A-Za-z0-9]", claims[claim]):
            return claims[claim]
    return "user"


def _refused(reason: Sentence) -> NotSignedIn:
    log.warning("sign-in by OpenID refused: %s", reason)
    return NotSignedIn("signin.did_not_work", reason=reason)

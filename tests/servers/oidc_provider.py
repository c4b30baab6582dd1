"""A small OpenID provider on the loopback, by Authlib's server side: `python oidc_provider.py`.

Prints its issuer when it listens. Whoever comes to /authorize is the person that the last POST to
/control named; its `fault` names what this provider is to do wrong.
"""

import asyncio
import json
import socket
import time
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qsl

import uvicorn
from authlib.oauth2.rfc6749 import (
    AuthorizationServer,
    ClientMixin,
    OAuth2Error,
    OAuth2Request,
    grants,
)
from authlib.oauth2.rfc6749.requests import BasicOAuth2Payload
from authlib.oauth2.rfc6750 import BearerTokenGenerator
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oidc.core import UserInfo
from authlib.oidc.core.grants import OpenIDCode
from joserfc.jwk import OctKey, RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

CLIENT_ID, CLIENT_SECRET = "iop-test", "a-secret-of-the-test-client"
REDIRECT_PATH = "/api/auth/oidc/callback"
# What the person and the provider are to be; changed by POST /control.
STATE: dict[str, Any] = {"claims": {"sub": "1"}, "fault": None}
CODES: dict[str, SimpleNamespace] = {}


class Client(ClientMixin):
    def get_client_id(self):
        return CLIENT_ID

    def get_default_redirect_uri(self):
        return ""

    def get_allowed_scope(self, scope):
        return str(scope)

    def check_redirect_uri(self, redirect_uri):
        return redirect_uri.startswith("http://127.0.0.1:") and redirect_uri.endswith(REDIRECT_PATH)

    def check_client_secret(self, client_secret):
        return client_secret == CLIENT_SECRET

    def check_endpoint_auth_method(self, method, endpoint):
        return method == "client_secret_basic"

    def check_response_type(self, response_type):
        return response_type == "code"

    def check_grant_type(self, grant_type):
        return grant_type == "authorization_code"


class LoopbackRequest(OAuth2Request):
    def __init__(self, request: Request, form: dict[str, str]) -> None:
        super().__init__(request.method, str(request.url), headers=request.headers)
        self._form = form
        self.payload = BasicOAuth2Payload({**request.query_params, **form})

    @property
    def form(self):
        return self._form


class Server(AuthorizationServer):
    def query_client(self, client_id):
        known: Any = Client() if client_id == CLIENT_ID else None
        return known

    def save_token(self, token, request):
        pass

    def send_signal(self, name, *args, **kwargs):
        pass

    def create_oauth2_request(self, request):
        return request

    def handle_response(self, status, body, headers):
        text = json.dumps(body) if isinstance(body, dict) else body
        return Response(text, status, dict(headers))


class Code(SimpleNamespace):
    def get_redirect_uri(self):
        return self.redirect_uri

    def get_scope(self):
        return self.scope

    def get_nonce(self):
        return "another-nonce" if STATE["fault"] == "nonce" else self.nonce

    def get_auth_time(self):
        return self.auth_time

    def get_acr(self):
        return None

    def get_amr(self):
        return None


class CodeGrant(grants.AuthorizationCodeGrant):
    TOKEN_ENDPOINT_AUTH_METHODS = ["client_secret_basic"]

    def save_authorization_code(self, code, request):
        data = request.payload.data
        # A client that leaves out PKCE or the nonce fails every test of this provider.
        assert data["code_challenge_method"] == "S256"
        CODES[code] = Code(
            code=code,
            redirect_uri=request.payload.redirect_uri,
            scope=request.scope,
            nonce=data["nonce"],
            auth_time=int(time.time()),
            code_challenge="x" * 43 if STATE["fault"] == "challenge" else data["code_challenge"],
            code_challenge_method="S256",
            claims=dict(STATE["claims"]),
        )

    def query_authorization_code(self, code, client):
        return CODES.get(code)

    def delete_authorization_code(self, authorization_code):
        CODES.pop(authorization_code.code)

    def authenticate_user(self, authorization_code):
        return authorization_code.claims


class Tokens(OpenIDCode):
    def __init__(self, issuer: str, keys: dict[str, RSAKey]) -> None:
        super().__init__(require_nonce=True)
        self.issuer = issuer
        self.keys = keys

    def exists_nonce(self, nonce, request):
        return any(code.nonce == nonce for code in CODES.values())

    def resolve_client_private_key(self, client):
        if STATE["fault"] == "shared_key":
            return OctKey.import_key(CLIENT_SECRET)
        return self.keys["unpublished" if STATE["fault"] == "key" else "published"]

    def get_client_algorithm(self, client):
        return {"shared_key": "HS256"}.get(STATE["fault"], "RS256")

    def get_encode_header(self, client):
        return {"alg": self.get_client_algorithm(client), "kid": "published"}

    def get_client_claims(self, client):
        now = int(time.time())
        fault = STATE["fault"]
        return {
            "iss": "https://another.example" if fault == "issuer" else self.issuer,
            "aud": ["another-client"] if fault == "audience" else [CLIENT_ID],
            "exp": now - 3600 if fault == "expired" else now + 300,
        }

    def generate_user_info(self, user, scope):
        return UserInfo(user)


def make_app(issuer: str) -> Starlette:
    keys = {name: RSAKey.generate_key(2048) for name in ("published", "unpublished")}
    # What it answers with is Starlette's, by `handle_response`; Authlib's annotations say nothing of it.
    server: Any = Server()
    server.register_token_generator("default", BearerTokenGenerator(lambda **_: "an-access-token"))
    server.register_grant(CodeGrant, [Tokens(issuer, keys), CodeChallenge(required=True)])

    async def discovery(request: Request) -> Response:
        return JSONResponse(
            {
                "issuer": issuer,
                "authorization_endpoint": f"{issuer}/authorize",
                "token_endpoint": f"{issuer}/token",
                "jwks_uri": f"{issuer}/jwks",
                "response_types_supported": ["code"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["RS256"],
                "token_endpoint_auth_methods_supported": ["client_secret_basic"],
                "authorization_response_iss_parameter_supported": True,
            }
        )

    async def jwks(request: Request) -> Response:
        public = keys["published"].as_dict(private=False)
        return JSONResponse({"keys": [{**public, "kid": "published", "use": "sig"}]})

    async def authorize(request: Request) -> Response:
        asked = LoopbackRequest(request, {})
        try:
            grant = server.get_consent_grant(asked, end_user=STATE["claims"])
        except OAuth2Error as error:
            return server.handle_error_response(asked, error)
        response = server.create_authorization_response(asked, STATE["claims"], grant)
        named = "https://another.example" if STATE["fault"] == "mix_up" else issuer
        response.headers["location"] += f"&iss={named}"
        return response

    async def token(request: Request) -> Response:
        return server.create_token_response(
            LoopbackRequest(request, dict(parse_qsl((await request.body()).decode())))
        )

    async def control(request: Request) -> Response:
        STATE.update({"fault": None, **await request.json()})
        return Response(status_code=204)

    return Starlette(
        routes=[
            Route("/.well-known/openid-configuration", discovery),
            Route("/jwks", jwks),
            Route("/authorize", authorize),
            Route("/token", token, methods=["POST"]),
            Route("/control", control, methods=["POST"]),
        ]
    )


def main() -> None:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        issuer = f"http://127.0.0.1:{listening.getsockname()[1]}"
        server = uvicorn.Server(uvicorn.Config(make_app(issuer), log_level="warning"))
        listening.listen()
        print(issuer, flush=True)
        asyncio.run(server.serve([listening]))


if __name__ == "__main__":
    main()

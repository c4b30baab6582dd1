"""PyMySQL's connection, without the certificates that it would read and not look at.

Unless a URL says how to check the server's certificate, PyMySQL encrypts where the server can and checks
nothing, yet reads all of the machine's authorities for each connection: 40 ms of a processor, and Dagster
opens a connection for each use. A release of PyMySQL that does not makes this module needless.
"""

import ssl
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from pymysql.connections import Connection


class ServerConnection(Connection):
    def _create_ssl_ctx(self, sslp: Mapping[str, Any] | ssl.SSLContext) -> ssl.SSLContext:
        if not sslp:
            return _unchecked()
        # PyMySQL's own, which its types do not show.
        return super()._create_ssl_ctx(sslp)  # pyright: ignore[reportAttributeAccessIssue]


@lru_cache(maxsize=1)
def _unchecked() -> ssl.SSLContext:
    """Encrypts, and checks nothing: what PyMySQL makes of no options, without the authorities."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context

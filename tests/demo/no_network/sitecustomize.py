"""Put on PYTHONPATH, refuses every connection that leaves this machine and writes down who tried."""

import os
import sys

_LOCAL = ("127.", "::1", "localhost", "0.0.0.0")


def _refuse(event: str, arguments: tuple) -> None:
    if event == "socket.connect":
        address = arguments[1]
        host = address[0] if isinstance(address, tuple) else "localhost"
    elif event == "socket.getaddrinfo":
        host = arguments[0]
    else:
        return
    if isinstance(host, bytes):
        host = host.decode()
    if host and not host.startswith(_LOCAL) and host != os.uname().nodename:
        with open(os.environ["NO_NETWORK_LOG"], "a") as log:
            log.write(f"{event} {host} by {sys.argv}\n")
        raise ConnectionRefusedError(f"{host} is outside this machine")


sys.addaudithook(_refuse)

"""Where a URL leads: its scheme, host and port. Two URLs of one origin are answered by the same server."""

from urllib.parse import urlsplit

_PORTS = {"http": 80, "https": 443}


def origin_of(url: str) -> str | None:
    """`https://models.example:8443`, with the port that the scheme means where it names none.

    None where it is no address of HTTP, has no host, a port that there is none of, or what cannot be printed.
    """
    try:
        parts = urlsplit(url)
        # Port 0 is named, and is none.
        port = _PORTS.get(parts.scheme) if parts.port is None else parts.port
    except ValueError:
        return None
    if parts.scheme not in _PORTS or not parts.hostname or not port or not url.isprintable():
        return None
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"{parts.scheme}://{host}:{port}"

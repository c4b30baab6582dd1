"""A file that is there whole, or not at all."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any


@contextmanager
def whole(files: Any, path: str) -> Iterator[str]:
    """Where to write what is then there whole or not at all, where the store can rename. Of two who write the same
    at once each has its own."""
    part = f"{path}.{secrets.token_hex(4)}.part"
    try:
        yield part
        files.mv(part, path)
    except BaseException:
        with suppress(OSError):
            files.rm_file(part)
        raise

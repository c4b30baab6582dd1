"""Buckets of S3, Google and Azure, or of a store that speaks as S3 does.

Who asks and where is taken from the environment as their own tools take it: AWS_ENDPOINT_URL, AWS_ACCESS_KEY_ID,
AWS_SECRET_ACCESS_KEY, AWS_REGION and their kin.
"""

import os
from datetime import timedelta
from functools import lru_cache
from typing import Any

from obstore.store import from_url

_TIMEOUT = timedelta(seconds=30)
_LONGEST = timedelta(seconds=300)
_RETRIES: Any = {"max_retries": 2, "retry_timeout": timedelta(seconds=30)}
_THEIRS = ("AWS_", "GOOGLE_", "AZURE_")


def bucket_of(scheme: str, name: str) -> Any:
    """One client a bucket, with its connections, as long as the environment says the same."""
    said = frozenset(each for each in os.environ.items() if each[0].startswith(_THEIRS))
    return _client(scheme, name, said, os.getpid())


@lru_cache(maxsize=16)
def _client(scheme: str, name: str, said: frozenset[tuple[str, str]], process: int) -> Any:
    """process: no connection is shared with a child."""
    given = dict(said) if scheme.startswith("s3") else {}
    endpoint = given.get("AWS_ENDPOINT_URL_S3") or given.get("AWS_ENDPOINT_URL", "")
    own: Any = {"endpoint": endpoint} if endpoint else None
    return from_url(
        f"{scheme}://{name}",
        config=own,
        client_options={
            "allow_http": endpoint.startswith("http://"),
            "connect_timeout": _TIMEOUT,
            "timeout": _LONGEST,
        },
        retry_config=_RETRIES,
    )

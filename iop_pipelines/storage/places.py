"""The store that a URL names: a folder, an object store, or what fsspec has a driver for."""

from typing import Any, cast

# What obstore opens; no driver of fsspec's own needs to be installed for them.
OBJECT_STORES = ("s3", "s3a", "gs", "az", "abfs", "abfss")


def opened(url: str) -> tuple[Any, str]:
    """Files as fsspec has them, and the path in them; whatever goes wrong there is an OSError.

    Raises ValueError for a scheme that nobody knows, ImportError for one whose driver is not installed.
    """
    scheme, sign, path = url.partition("://")
    if sign and scheme in OBJECT_STORES:
        # Loaded where it is needed: most instances keep their files in a folder.
        from iop_pipelines.storage.objects import ObjectFiles

        return ObjectFiles(scheme), path.rstrip("/")
    import fsspec  # pyright: ignore[reportMissingTypeStubs]

    # It has no types of its own.
    module: Any = fsspec
    return cast(tuple[Any, str], module.url_to_fs(url))

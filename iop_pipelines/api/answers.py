"""What a process of the API shares of its answers, and who computes those that are heavy."""

from dataclasses import dataclass, field
from functools import cached_property

from iop_pipelines.api.kept import Kept
from iop_pipelines.api.readers.heavy import Bounds
from iop_pipelines.api.readers.pool import Readers, Reading
from iop_pipelines.api.reads import Reads
from iop_pipelines.platform import Platform

# A file of the usual largest size, all of it.
_OF_FILES = Bounds(
    limit_s=60.0, statement_s=59, memory_bytes=1536 * 1024**2, full_bytes=256 * 1024**2
)
_WAITING_FILES = 4


@dataclass(frozen=True)
class Answers:
    """One a process."""

    platform: Platform
    # By the procedure and the JSON of its input.
    reads: Reads[tuple[str, bytes | None], bytes] = field(
        default_factory=Reads[tuple[str, bytes | None], bytes]
    )
    kept: Kept[Reading] = field(default_factory=Kept[Reading])
    # Others than those of every instance, for tests.
    own_readers: Readers | None = None

    @cached_property
    def readers(self) -> Readers:
        """Their processes begin with the first that is asked."""
        return self.own_readers or Readers(self.platform.settings)

    @cached_property
    def file_readers(self) -> Readers:
        """One at a time: files are taken apart where their bytes can break nothing else."""
        settings = self.platform.settings
        return Readers(settings, bounds=_OF_FILES, count=1, waiting=_WAITING_FILES)

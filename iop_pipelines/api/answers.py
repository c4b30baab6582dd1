"""What a process of the API shares of its answers, and who computes those that are heavy."""

from dataclasses import dataclass, field
from functools import cached_property

from iop_pipelines.api.kept import Kept
from iop_pipelines.api.readers.pool import Readers, Reading
from iop_pipelines.api.reads import Reads
from iop_pipelines.platform import Platform


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

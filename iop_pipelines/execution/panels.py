"""The panels of one batch of executions: models that read the same rows of a data version share one reading."""

from collections import OrderedDict

import pandas as pd
import sqlalchemy as sa

from iop_pipelines.domain.models import InputSpec
from iop_pipelines.query.panel import read_panel
from iop_pipelines.transform.store import Window
from iop_pipelines.transform.versions import StoredDataset

# A batch goes by data version and model, so that what is read again is read again soon; and rows are memory.
MOST_KEPT = 4
MOST_ROWS = 200_000


class Panels:
    """Reads each once; what a data version saw does not change, so nothing here grows old within a batch."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[object, ...], pd.DataFrame] = OrderedDict()

    def has(self, stored: StoredDataset, given: InputSpec, version_id: int, window: Window) -> bool:
        return self._key(stored, given, version_id, window) in self._kept

    @staticmethod
    def _key(
        stored: StoredDataset, given: InputSpec, version_id: int, window: Window
    ) -> tuple[object, ...]:
        return (stored.id, version_id, given.model_dump_json(), window)

    def read(
        self,
        engine: sa.Engine,
        stored: StoredDataset,
        given: InputSpec,
        version_id: int,
        window: Window,
        *,
        drm_engine: sa.Engine | None = None,
    ) -> pd.DataFrame:
        """As `read_panel`; the caller's own: what is done to it no other sees."""
        key = self._key(stored, given, version_id, window)
        panel = self._kept.get(key)
        if panel is None:
            panel = read_panel(engine, stored, given, version_id, window, drm_engine=drm_engine)
            # DRM's own runs are read where they are, and go on.
            if not stored.is_system and len(panel) <= MOST_ROWS:
                self._keep(key, panel)
        return panel.copy()

    def _keep(self, key: tuple[object, ...], panel: pd.DataFrame) -> None:
        self._kept[key] = panel
        if len(self._kept) > MOST_KEPT:
            self._kept.popitem(last=False)

"""Launches runs from another process than the daemon, so that they are the same as those the daemon would launch.

A run that is launched here has the sensor's name, the run key and the origins of one that the sensor requested: Dagster
shows it with that sensor, and the reconciler finds it by its key.
"""

import os
import sys
from collections.abc import Mapping
from functools import cached_property

import dagster as dg
from dagster._core.code_pointer import ModuleCodePointer
from dagster._core.origin import (
    DEFAULT_DAGSTER_ENTRY_POINT,
    JobPythonOrigin,
    RepositoryPythonOrigin,
)
from dagster._core.remote_origin import RemoteRepositoryOrigin
from dagster._core.storage.tags import RUN_KEY_TAG, SENSOR_NAME_TAG

from iop_pipelines.orchestration.parts import LOCATION, definitions_module


class Runs:
    """Of one instance.

    Args:
        instance: Dagster's.
        definitions: where its jobs are.
        repository: where the daemon has the same definitions from; runs name it.
    """

    def __init__(
        self,
        instance: dg.DagsterInstance,
        definitions: dg.Definitions,
        repository: RemoteRepositoryOrigin,
    ) -> None:
        self._instance = instance
        self._definitions = definitions
        self._repository = repository
        self._jobs: dict[str, dg.JobDefinition] = {}

    def launch(self, request: dg.RunRequest, sensor: str) -> str:
        """The id of the run that carries what `sensor` asks for. Raises what database and broker raise."""
        name = str(request.job_name)
        run = self._instance.create_run_for_job(
            self._job(name),
            run_config=request.run_config,
            tags=self._tags(request, sensor),
            remote_job_origin=self._repository.get_job_origin(name),
            job_code_origin=JobPythonOrigin(name, self._code),
        )
        # A workspace is for coordinators that look at who asked, of whom there is none.
        self._instance.submit_run(run.run_id, workspace=None)  # pyright: ignore[reportArgumentType]
        return run.run_id

    def _job(self, name: str) -> dg.JobDefinition:
        if name not in self._jobs:
            self._jobs[name] = self._definitions.resolve_job_def(name)
        return self._jobs[name]

    def _tags(self, request: dg.RunRequest, sensor: str) -> Mapping[str, str]:
        keyed = {RUN_KEY_TAG: request.run_key} if request.run_key else {}
        location = {"dagster/code_location": LOCATION}
        return {**request.tags, **keyed, **location, SENSOR_NAME_TAG: sensor}

    @cached_property
    def _code(self) -> RepositoryPythonOrigin:
        """As the code server tells it."""
        pointer = ModuleCodePointer(definitions_module(), "defs", os.getcwd())
        return RepositoryPythonOrigin(
            sys.executable, pointer, entry_point=DEFAULT_DAGSTER_ENTRY_POINT, container_context={}
        )

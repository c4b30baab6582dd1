"""dagster-celery's launcher, without its look at whether a run's worker lives: the worker's heartbeat tells that.

Over AMQP it asks a queue of results that only the process which launched the run can read: after a restart of the
daemon every run looked unknown, and Dagster's monitoring marked those that went on as failed.
"""

from dagster_celery.launcher import CeleryRunLauncher


class HeartbeatRunLauncher(CeleryRunLauncher):
    @property
    def supports_check_run_worker_health(self) -> bool:
        return False

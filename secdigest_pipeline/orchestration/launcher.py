"""How Dagster runs our runs on this machine: each names its process, and the daemon sees when that process is gone.

Dagster's own default launcher cannot tell (dagster 1.13: no health check), so a run whose process was killed stayed
STARTED, and its pools shut, until the longest time a run may take.
"""

from collections.abc import Iterator

import dagster as dg
from dagster._core.execution.context.system import PlanOrchestrationContext
from dagster._core.execution.plan.plan import ExecutionPlan
from dagster._core.execution.retries import RetryMode
from dagster._core.executor.in_process import InProcessExecutor
from dagster._core.launcher import CheckRunHealthResult, WorkerStatus

from secdigest_pipeline.base.process import process_setup
from secdigest_pipeline.orchestration.pools import declare_pools
from secdigest_pipeline.orchestration.runs import is_gone, process_tag


class LocalRunLauncher(dg.DefaultRunLauncher):
    """The default launcher with a health check; dagster.yaml names it."""

    @property
    def supports_check_run_worker_health(self) -> bool:
        """It does: run monitoring ends a run at its next look."""
        return True

    def check_run_worker_health(self, run: dg.DagsterRun) -> CheckRunHealthResult:
        """Not found when the process that the run's tag names is gone; of a run without one nothing bad is said."""
        if is_gone(run.tags):
            return CheckRunHealthResult(WorkerStatus.NOT_FOUND, "the process of this run is gone")
        return CheckRunHealthResult(WorkerStatus.RUNNING)


class _InThisProcess(InProcessExecutor):
    def execute(
        self, plan_context: PlanOrchestrationContext, execution_plan: ExecutionPlan
    ) -> Iterator[dg.DagsterEvent]:
        process_setup()
        plan_context.instance.add_run_tags(plan_context.run_id, process_tag())
        declare_pools(plan_context.instance)
        yield from super().execute(plan_context, execution_plan)


@dg.executor(name="in_process")
def in_this_process(_: dg.InitExecutorContext) -> dg.Executor:
    """All steps in the process of the run, which is named in the run's tag and declares the pools first.

    This is where every run of plain `dagster` commands, the UI and the daemon begins, on a fresh database as well.
    """
    return _InThisProcess(RetryMode.ENABLED)

"""What a process that makes editions sets once, before it does anything else."""

import gc
import os


def process_setup() -> None:
    """Tune collector and allocator. Called by the commands, and where a run begins, once all is imported.

    Python's collector walks everything that lives again and again while tables are made: a fifth of the CPU of a run when
    it was tuned. A step's rows are freed by their reference counts; what modules hold lives as long as the process.

    Arrow's own allocator (mimalloc) maps memory by large pages that the kernel has to clear; a step makes a few tables of
    some megabytes and ends. The step cleaned_articles of bench_intake took 0.7 to 1.0 s with it, and 0.2 to 0.4 s with malloc.
    Arrow reads the variable when it is loaded, which is later than this.
    """
    os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)

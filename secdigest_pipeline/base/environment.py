"""The environment of a child process that does one thing for us: by allow list, so that no credential is ever in it."""

import os
from collections.abc import Mapping

# Where programs and libraries are found, how text and time are read, where scratch files go, how many threads and which
# allocator the C libraries take. HOME is not among them: nothing a child does is kept there.
_ALLOWED = frozenset(
    (
        *("PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "TMPDIR", "TEMP", "TMP", "SYSTEMROOT"),
        *(
            "LANG",
            "LANGUAGE",
            "LC_ALL",
            "LC_CTYPE",
            "LC_COLLATE",
            "LC_MESSAGES",
            "LC_NUMERIC",
            "LC_TIME",
            "TZ",
            "TZDIR",
        ),
        *("PYTHONHOME", "PYTHONUTF8", "PYTHONIOENCODING", "PYTHONHASHSEED", "PYTHONMALLOC", "PYTHONFAULTHANDLER"),
        *("PYTHONDONTWRITEBYTECODE", "PYTHONPYCACHEPREFIX", "PYTHONWARNINGS", "PYTHONDEVMODE"),
        *("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS", "MALLOC_ARENA_MAX"),
        "ARROW_DEFAULT_MEMORY_POOL",
    )
)


def for_child(**added: str) -> Mapping[str, str]:
    """What of our own environment a child may have, and `added`."""
    return {**{name: value for name, value in os.environ.items() if name in _ALLOWED}, **added}

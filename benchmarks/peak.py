"""`secdigest run` in this process, and then the peak memory of it and of its largest child, in MiB."""

import resource
import sys

from secdigest_pipeline.cli import main

try:
    main(["run", *sys.argv[1:]], standalone_mode=False)
finally:
    own, children = (
        resource.getrusage(who).ru_maxrss // 1024 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    print(f"peak MiB own {own} children {children}")

"""Assets, one module a step: load, call the domain, hand back rows with metadata."""

import warnings

import dagster as dg

# Partitioned asset checks are used on purpose: without a partition a check would load every edition (dagster 1.13). The
# filter stands here because the modules of this package define them when they are imported.
warnings.filterwarnings("ignore", message=".*partitions_def.*", category=dg.PreviewWarning)

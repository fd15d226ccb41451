"""Security news of the last day, as one grounded Japanese report and an IOC ledger, made by Dagster assets."""

__version__ = "0.1.0"

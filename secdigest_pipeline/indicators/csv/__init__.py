"""The report's IOC CSV and its work log."""

"""Feeds polled into an archive that forgets nothing."""

"""Intake: the items of each edition read out of the archive, and how whole the day is."""

"""What Dagster needs around the assets: resources, IO manager, partitions, schedules, alerts, the database."""

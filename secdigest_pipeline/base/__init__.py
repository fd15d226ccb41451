"""What every room stands on: settings, editions, tables, files, characters, worker processes."""

"""A statement held against its source: quotes, numbers, dates, names."""

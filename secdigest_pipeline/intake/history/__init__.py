"""Sources of a feed's past: one module a protocol, tried in the declared order by `sources.fill`."""

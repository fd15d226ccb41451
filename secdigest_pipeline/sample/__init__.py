"""The sample world: invented feeds, pages and recorded model replies for three editions, and the loopback servers that
show them. For `secdigest demo` and tests; nothing in the pipeline itself imports it."""

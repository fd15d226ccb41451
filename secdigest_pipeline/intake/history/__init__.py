"""Sources of the past: dated archives, sitemaps, the Wayback Machine."""

"""The feed list, as a file and as OPML, and which section a feed or an item belongs to."""

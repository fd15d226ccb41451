"""Pages: asked for politely, kept by content, and told apart from what answers in their place."""

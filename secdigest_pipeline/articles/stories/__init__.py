"""Articles that tell the same event."""

"""When and where a value was seen in earlier editions."""

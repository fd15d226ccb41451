"""What is said of each article: by a model with a quote behind every statement, or in its own sentences."""

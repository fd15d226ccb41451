"""What the model is asked and what it may answer: prompt, schema, taxonomy."""

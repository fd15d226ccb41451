"""The Messages API: one answer or a batch, within the budget, kept and paid once."""

"""The ledger: what each observable is, with reasons and confidence."""

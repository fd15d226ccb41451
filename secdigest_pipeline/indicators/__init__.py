"""Indicators: observables found in a text, the ledger that says what each is, and the files a SOC takes."""

"""Exports of the IOC ledger: STIX 2.1, MISP, block lists, JSON Lines and CSV, for an edition and for a range."""

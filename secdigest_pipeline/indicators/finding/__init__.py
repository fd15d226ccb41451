"""Observables in a text: where each stands, defanged or not."""

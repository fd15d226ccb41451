"""Assets, one module a room.

Each imports what it calls where it calls it: every process of Dagster loads the graph, and only a step that runs needs
the rooms behind it (importing the code location is held under twice the import of Dagster itself).
"""

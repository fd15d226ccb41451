"""Models and rules scored on cases whose answers are known, against any Messages API endpoint."""

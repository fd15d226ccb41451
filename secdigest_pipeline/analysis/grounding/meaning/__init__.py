"""Rules on what the words between the values say: certainty, extent, time, negation, order, speaker and roles."""

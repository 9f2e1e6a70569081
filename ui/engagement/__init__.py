"""The parts of the Engagements page."""

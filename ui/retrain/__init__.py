"""The parts of the Retrain page."""

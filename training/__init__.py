"""Labelled pictures to a bundle that `core` serves."""

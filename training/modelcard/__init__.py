"""A bundle's card as a page that a person can read."""

from training.modelcard.limits import groups_told
from training.modelcard.page import model_card
from training.modelcard.scores import told_apart

__all__ = ["groups_told", "model_card", "told_apart"]

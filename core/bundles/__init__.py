"""Bundles: trained models as folders that `core` serves without TensorFlow."""

from core.bundles.card import (
    Card,
    ClassScore,
    CoveragePoint,
    GroupScore,
    Interval,
    Layer,
    Refusal,
    ReliabilityBin,
    Robustness,
    Score,
    Thresholds,
    headline_of,
)
from core.bundles.store import CARD_FILE, KERAS_FILE, RUNTIME_FILE, Bundle, bundle_names, find_bundle

__all__ = [
    "CARD_FILE",
    "KERAS_FILE",
    "RUNTIME_FILE",
    "Bundle",
    "Card",
    "ClassScore",
    "CoveragePoint",
    "GroupScore",
    "Interval",
    "Layer",
    "Refusal",
    "ReliabilityBin",
    "Robustness",
    "Score",
    "Thresholds",
    "bundle_names",
    "find_bundle",
    "headline_of",
]

"""What a bundle is worth: predictions, scores with intervals, and how much it stands."""

from training.evaluation.intervals import bootstrap
from training.evaluation.measures import expected_calibration_error, macro_f1, reliability, risk_coverage
from training.evaluation.predictions import Predictions, predict
from training.evaluation.refusal import measure_refusal
from training.evaluation.robustness import measure_robustness
from training.evaluation.scoring import score, score_predictions, scored_as

__all__ = [
    "Predictions",
    "bootstrap",
    "expected_calibration_error",
    "macro_f1",
    "measure_refusal",
    "measure_robustness",
    "predict",
    "reliability",
    "risk_coverage",
    "score",
    "score_predictions",
    "scored_as",
]

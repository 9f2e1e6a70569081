"""What happens around the steps of a training: checkpoints, events, cancelling."""

from training.callbacks.cancel import Cancel
from training.callbacks.checkpoint import Checkpoint
from training.callbacks.diverged import StopWhereDiverged
from training.callbacks.events import Events
from training.callbacks.memory import KeepMemory
from training.callbacks.reseed import Reseed

__all__ = ["Cancel", "Checkpoint", "Events", "KeepMemory", "Reseed", "StopWhereDiverged"]

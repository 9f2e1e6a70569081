"""Drawn people whose faces do what they are told: licence-free samples, and labels that are certain."""

from core.drawing.action_units import PROTOTYPES, REST, ActionUnit, ActionUnits, sample_action_units
from core.drawing.person import Beard, Hair, Person, sample_person
from core.drawing.rendering import Sitter, draw_face, draw_group, landmarks
from core.drawing.scene import Scene, sample_scene, sample_snapshot

__all__ = [
    "PROTOTYPES",
    "REST",
    "ActionUnit",
    "ActionUnits",
    "Beard",
    "Hair",
    "Person",
    "Scene",
    "Sitter",
    "draw_face",
    "draw_group",
    "landmarks",
    "sample_action_units",
    "sample_person",
    "sample_scene",
    "sample_snapshot",
]

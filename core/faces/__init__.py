"""Faces in a picture: where they are, how good they are, and their crops on one template."""

from core.faces.cropping import CROP_SIZE, TEMPLATE, crop
from core.faces.detection import find, find_in_crop
from core.faces.face import Box, Face
from core.faces.quality import Quality

__all__ = ["CROP_SIZE", "TEMPLATE", "Box", "Face", "Quality", "crop", "find", "find_in_crop"]

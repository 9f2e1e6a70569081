"""Readers that bring every data set to one in-memory form."""

from training.datasets.labelled import LabelledCrops
from training.datasets.read_data import ReadData
from training.datasets.reading import read

__all__ = ["LabelledCrops", "ReadData", "read"]

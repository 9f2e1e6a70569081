"""What cards call what was measured: read again by pages, which load no scikit-learn for it."""

from typing import Final

FERPLUS_VALID: Final = "FER+ valid"
UNCUT: Final = "not cut again by the face detector"

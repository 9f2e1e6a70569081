"""The icon in the browser's tab, drawn here: a named one would be fetched from a font server."""

from functools import lru_cache
from typing import Final

from PIL import Image, ImageDraw

SIDE: Final = 128
GROUND, FEATURES = "#2F6F73", "#FFFFFF"


@lru_cache(maxsize=1)
def icon() -> Image.Image:
    """A calm face, half smiling."""
    image = Image.new("RGBA", (SIDE, SIDE), (0, 0, 0, 0))
    draw = ImageDraw.Draw(image)
    draw.ellipse((4, 4, SIDE - 4, SIDE - 4), fill=GROUND)
    for x in (44, 84):
        draw.ellipse((x - 7, 44, x + 7, 58), fill=FEATURES)
    draw.arc((36, 44, 96, 96), 25, 140, fill=FEATURES, width=9)
    return image

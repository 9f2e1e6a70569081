"""Pictures as the pages show them: small enough for a browser, boxes numbered."""

import base64
import io
from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont

from core.images import Picture
from core.readings import Reading
from ui.palette import ABSTAINED, COLORS

LONGEST_SIDE: Final = 1280
LEAST_SIDE: Final = 320
THUMBNAIL_SIDE: Final = 96


def annotate(display: Image.Image, scale: float, readings: Sequence[Reading], chosen: int) -> Image.Image:
    """Draw a numbered box round every face, in its expression's colour, the chosen one's thicker."""
    enlarged = max(1, LEAST_SIDE // max(display.size))  # or a number would hide the face
    image = display.resize((display.width * enlarged, display.height * enlarged), Image.Resampling.BICUBIC)
    scale *= enlarged
    draw = ImageDraw.Draw(image)
    stroke = max(2, max(image.size) // 320)
    largest = max(14, max(image.size) // 36)
    for index, reading in enumerate(readings):
        if reading.box is None:
            continue
        x, y, width, height = (value * scale for value in reading.box)
        color = COLORS[reading.label] if reading.label else ABSTAINED
        draw.rectangle(
            (x, y, x + width, y + height), outline=color, width=stroke * 2 if index == chosen else stroke
        )
        font = ImageFont.load_default(size=min(largest, max(10, height / 4)))
        _draw_number(draw, str(index + 1), (max(0.0, x), y), color, font)
    return image


def thumbnail(image: Image.Image) -> Image.Image:
    """A small copy for tables."""
    small = image.copy()
    small.thumbnail((THUMBNAIL_SIDE, THUMBNAIL_SIDE))
    return small


def enlarge_crop(crop: npt.NDArray[np.uint8], side: int = 240) -> Image.Image:
    """A 48×48×1 crop with its pixels made visible."""
    return Image.fromarray(crop[..., 0]).resize((side, side), Image.Resampling.NEAREST)


def to_data_url(image: Image.Image) -> str:
    """Encode for a table cell."""
    return "data:image/jpeg;base64," + base64.b64encode(to_jpeg(image)).decode()


def to_jpeg(image: Image.Image, quality: int = 80) -> bytes:
    """Encode, a twentieth of the memory."""
    stream = io.BytesIO()
    image.save(stream, "JPEG", quality=quality)
    return stream.getvalue()


def _draw_number(
    draw: ImageDraw.ImageDraw,
    number: str,
    corner: tuple[float, float],
    color: str,
    font: ImageFont.FreeTypeFont | ImageFont.ImageFont,
) -> None:
    """A filled tag on top of the box, so that it hides nothing of a small face; inside where no room is."""
    left, top, right, bottom = draw.textbbox((0, 0), number, font=font)
    x, y = corner[0], max(0.0, corner[1] - (bottom - top) - 8)
    draw.rectangle((x, y, x + right - left + 8, y + bottom - top + 8), fill=color)
    draw.text((x + 4 - left, y + 4 - top), number, fill="black", font=font)


def shrink(picture: Picture) -> tuple[Image.Image, float]:
    """Scale a picture down for the browser; also return display pixels a picture pixel."""
    scale = min(1.0, LONGEST_SIDE / max(picture.shape[:2]))
    size = (max(1, round(picture.shape[1] * scale)), max(1, round(picture.shape[0] * scale)))
    return Image.fromarray(picture).resize(size, Image.Resampling.BILINEAR, reducing_gap=2), scale

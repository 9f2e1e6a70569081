"""Bytes of any common picture format to an upright RGB array."""

import io
import warnings
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt
import pillow_heif
from PIL import ExifTags, Image, UnidentifiedImageError

from core.errors import PictureError

Picture: TypeAlias = npt.NDArray[np.uint8]
"""An upright picture: uint8 (h, w, 3), RGB."""

MAX_BYTES: Final = 50 * 2**20
MAX_PIXELS: Final = 64_000_000
"""Above the 48 and 50 megapixel phone cameras; such a picture takes 0.6 GB while it is read, a deep
grey one 0.9."""

MAX_SIDE: Final = 65_535
"""What a JPEG may have. A strip that is longer would be looked at in thousands of parts."""

INTEGER_WHITES: Final = (255.0, 4095.0, 65535.0)
"""What white may be in a grey picture of more than 8 bits."""

FORMATS: Final = ("JPEG", "PNG", "WEBP", "BMP", "DIB", "GIF", "TIFF", "PPM", "AVIF", "HEIF")
SUFFIXES: Final = frozenset(
    [
        ".jpg",
        ".jpeg",
        ".jpe",
        ".jfif",
        ".png",
        ".webp",
        ".bmp",
        ".gif",
        ".tif",
        ".tiff",
        ".pgm",
        ".ppm",
        ".avif",
        ".heic",
        ".heif",
    ]
)
TURNS: Final = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""What makes a picture of each orientation in EXIF upright."""

MOST_SCANS: Final = 100
"""Of a progressive JPEG, which has a dozen. Each takes time by the size of the picture, in few bytes."""

SLOW_PIXELS: Final = 1_000_000
"""Pixels that Pillow reads one by one in Python, in a third of a second, while everything else waits."""

READABLE: Final = "JPEG, PNG, WebP, BMP, GIF, TIFF, AVIF or HEIC"

pillow_heif.register_heif_opener()
# Sizes are checked below with a sentence instead of a warning, and damaged metadata harm nothing.
warnings.filterwarnings("ignore", category=Image.DecompressionBombWarning)
warnings.filterwarnings("ignore", category=UserWarning, module=r"PIL\.")


def decode(data: bytes) -> Picture:
    """Read the first frame of an encoded picture, upright, transparency laid over white.

    Returns:
        uint8 (h, w, 3), RGB. Grey, palette, CMYK and 16-bit pictures are converted.

    Raises:
        PictureError: the bytes are empty, no picture, damaged, or larger than `MAX_BYTES`, `MAX_PIXELS` or
            `MAX_SIDE`.
    """
    if not data:
        raise PictureError("The file is empty: choose another one.")
    if len(data) > MAX_BYTES:
        raise PictureError(
            f"The file is over the limit of {MAX_BYTES // 2**20} MB: save the picture smaller and try again."
        )
    try:
        with Image.open(io.BytesIO(data), formats=FORMATS) as image:
            _check_size(image)
            _check_effort(image, data)
            image.load()
            return np.asarray(_to_rgb(_upright(image)))
    except PictureError:
        raise
    except UnidentifiedImageError:
        raise PictureError(f"This is not a picture that Mien can read: use {READABLE}.") from None
    except Image.DecompressionBombError:
        raise PictureError(_too_many_pixels()) from None
    except Exception as error:  # Pillow's readers raise almost anything on damaged files
        raise PictureError("The picture is damaged or cut off: save or send it again and retry.") from error


def _check_size(image: Image.Image) -> None:
    if image.width * image.height > MAX_PIXELS:
        raise PictureError(_too_many_pixels(image.width, image.height))
    if max(image.size) > MAX_SIDE:
        raise PictureError(
            f"The picture is {max(image.size)} pixels long, over the limit of {MAX_SIDE}: cut it and try "
            "again."
        )


def _check_effort(image: Image.Image, data: bytes) -> None:
    """Refuse what takes far longer to read than pictures do."""
    if data.startswith(b"\xff\xd8") and data.count(b"\xff\xda") > MOST_SCANS:
        raise PictureError("The picture is stored in too many passes: open it and save it anew.")
    slow = any(tile[0] in {"bmp_rle", "ppm_plain"} for tile in getattr(image, "tile", ()))
    if slow and image.width * image.height > SLOW_PIXELS:
        raise PictureError("The picture is stored in a way that takes too long to read: save it as PNG.")


def _too_many_pixels(*size: int) -> str:
    found = f" ({size[0]} × {size[1]})" if size else ""
    return (
        f"The picture has more than {MAX_PIXELS // 1_000_000} megapixels{found}: scale it down and try again."
    )


def _upright(image: Image.Image) -> Image.Image:
    """Turned as its EXIF says; Pillow's own way writes all of EXIF anew, and fails where a field is odd."""
    try:
        turn = TURNS.get(image.getexif().get(ExifTags.Base.Orientation, 1))
    except Exception:  # unreadable EXIF says nothing about the orientation; the pixels are fine
        return image
    return image if turn is None else image.transpose(turn)


def _to_rgb(image: Image.Image) -> Image.Image:
    if image.mode.startswith(("I", "F")):
        image = _to_8_bit(image)
    if image.has_transparency_data:
        layer = image.convert("RGBA")
        white = Image.new("RGBA", layer.size, "white")
        return Image.alpha_composite(white, layer).convert("RGB")
    return image if image.mode == "RGB" else image.convert("RGB")


def _to_8_bit(image: Image.Image) -> Image.Image:
    """Deep greyscale to 8 bits: floats by 0 to 1 or their maximum, integers by the depth they use.

    Cameras of 12 bits, and programs of 8, leave the upper bits of a 16-bit file empty: taken for 16 bits
    their pictures would be black.
    """
    values = np.nan_to_num(np.array(image, dtype=np.float32), copy=False)
    highest = float(values.max())
    white = (
        max(1.0, highest)
        if image.mode == "F"
        else next((depth for depth in INTEGER_WHITES if highest <= depth), highest)
    )
    np.clip(values, 0, white, out=values)
    np.rint(np.multiply(values, 255 / white, out=values), out=values)
    return Image.fromarray(values.astype(np.uint8))

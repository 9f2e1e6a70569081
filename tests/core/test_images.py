import io
import struct
import time
import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from core import images
from core.errors import PictureError
from core.images import MAX_PIXELS, decode
from tests.conftest import WRONG_EXIF, encode, pixel_bomb

ORIENTATION_TAG = 0x0112
RED_OVER_BLUE = np.zeros((40, 20, 3), np.uint8)
RED_OVER_BLUE[:20, :, 0] = 255
RED_OVER_BLUE[20:, :, 2] = 255


def assert_red_over_blue(picture, tolerance=30):
    assert picture.shape == (40, 20, 3)
    assert np.abs(picture[5, 10].astype(int) - (255, 0, 0)).max() <= tolerance
    assert np.abs(picture[35, 10].astype(int) - (0, 0, 255)).max() <= tolerance


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "BMP", "GIF", "TIFF", "PPM", "AVIF", "HEIF"])
def test_each_common_format_is_read(format):
    assert_red_over_blue(decode(encode(RED_OVER_BLUE, format)))


@pytest.mark.parametrize(
    ("orientation", "undo"),
    [
        (1, lambda p: p),
        (2, lambda p: p[:, ::-1]),
        (3, lambda p: p[::-1, ::-1]),
        (4, lambda p: p[::-1]),
        (5, lambda p: p.swapaxes(0, 1)),
        (6, lambda p: np.rot90(p, 1)),
        (7, lambda p: np.rot90(p, 2).swapaxes(0, 1)),
        (8, lambda p: np.rot90(p, -1)),
    ],
)
@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_sideways_phone_photo_is_read_upright(portrait, format, orientation, undo):
    exif = Image.Exif()
    exif[ORIENTATION_TAG] = orientation
    stored = np.ascontiguousarray(undo(portrait))
    picture = decode(encode(stored, format, exif=exif))
    assert picture.shape == portrait.shape
    assert (
        np.abs(picture.astype(int) - portrait).mean() < 5
    )  # lossy formats alone; another orientation: over 40


def test_wrong_exif_does_not_stop_a_picture():
    assert_red_over_blue(decode(encode(RED_OVER_BLUE, "JPEG", exif=WRONG_EXIF)))


@pytest.mark.parametrize(
    ("tag", "kind", "value"),
    [(282, 2, b"72\0\0"), (296, 7, b"x\0\0\0"), (256, 2, b"ab\0\0"), (531, 4, struct.pack("<I", 70_000))],
)
def test_sideways_photo_with_an_odd_field_is_read_upright_all_the_same(tag, kind, value):
    count = 3 if kind == 2 else 1
    fields = sorted([(ORIENTATION_TAG, 3, 1, struct.pack("<HH", 6, 0)), (tag, kind, count, value)])
    entries = b"".join(struct.pack("<HHI", *field[:3]) + field[3] for field in fields)
    exif = b"Exif\0\0II*\0" + struct.pack("<IH", 8, len(fields)) + entries + bytes(4)
    stream = io.BytesIO()
    Image.new("RGB", (80, 40)).save(stream, "JPEG", exif=exif)
    assert decode(stream.getvalue()).shape == (80, 40, 3)


def test_picture_that_would_keep_everything_waiting_is_refused_at_once():
    size = 4000
    rows = b"\x01\x05\x00\x00" * size + b"\x00\x01"
    head = struct.pack("<IiiHHIIiiII", 40, size, size, 1, 8, 1, len(rows), 0, 0, 256, 0)
    palette = bytes(range(256)) * 4
    start = 14 + len(head) + len(palette)
    bmp = b"BM" + struct.pack("<IHHI", start + len(rows), 0, 0, start) + head + palette + rows
    plain = b"P2 2000 2000 255 " + b"7 " * 4_000_000
    stream = io.BytesIO()
    Image.new("L", (64, 64), 90).save(stream, "JPEG", progressive=True)
    jpeg = stream.getvalue()
    last = jpeg.rindex(b"\xff\xda")
    many = jpeg[:-2] + jpeg[last:-2] * 200 + b"\xff\xd9"
    began = time.perf_counter()
    for data in (bmp, plain, many):
        with pytest.raises(PictureError, match="save it"):
            decode(data)
    assert time.perf_counter() - began < 1
    assert decode(jpeg).shape == (64, 64, 3)


def test_orientation_outside_its_range_is_ignored():
    exif = Image.Exif()
    exif[ORIENTATION_TAG] = 77
    assert_red_over_blue(decode(encode(RED_OVER_BLUE, "JPEG", exif=exif)))


def test_palette_is_resolved():
    image = Image.fromarray(RED_OVER_BLUE).quantize(4)
    assert_red_over_blue(decode(encode(image, "PNG")))


def test_cmyk_is_converted():
    image = Image.fromarray(RED_OVER_BLUE).convert("CMYK")
    assert_red_over_blue(decode(encode(image, "JPEG")))


def test_transparency_is_laid_over_white():
    layer = np.dstack([RED_OVER_BLUE, np.full((40, 20), 255, np.uint8)])
    layer[:10, :, 3] = 0
    picture = decode(encode(layer, "PNG"))
    assert (picture[5, 10] == 255).all()
    assert tuple(picture[15, 10]) == (255, 0, 0)


def test_transparent_colour_of_a_palette_is_laid_over_white():
    image = Image.new("P", (8, 8), 1)
    image.putpalette([0, 0, 0, 9, 9, 9] + [0] * 762)
    assert (decode(encode(image, "GIF", transparency=1)) == 255).all()


def test_one_bit_greyscale_is_read():
    image = Image.new("1", (8, 8), 1)
    assert (decode(encode(image, "PNG")) == 255).all()


@pytest.mark.parametrize("format", ["PNG", "TIFF", "PPM"])
def test_16_bit_greyscale_keeps_its_range(format):
    ramp = np.linspace(0, 65535, 256).astype(np.uint16).reshape(16, 16)
    picture = decode(encode(Image.fromarray(ramp), format))
    assert picture.shape == (16, 16, 3)
    assert np.abs(picture[..., 0].astype(int) - np.arange(256).reshape(16, 16)).max() <= 1


@pytest.mark.parametrize("dtype", [np.uint16, np.float32])
def test_deep_grey_is_brought_to_8_bits_without_many_copies(dtype):
    flat = encode(Image.fromarray(np.full((1000, 1000), 1, dtype)), "TIFF")
    tracemalloc.start()
    try:
        decode(flat)
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert most <= 10 * 1000 * 1000, "one copy of 4 bytes a pixel, and the picture in RGB"


def test_strip_that_is_longer_than_any_camera_makes_is_refused_at_once():
    with pytest.raises(PictureError, match="70000 pixels long, over the limit of 65535"):
        decode(encode(np.zeros((1, 70_000, 3), np.uint8)))


def test_float_tiff_is_read():
    ramp = np.linspace(0, 1, 256, dtype=np.float32).reshape(16, 16)
    picture = decode(encode(Image.fromarray(ramp), "TIFF"))
    assert (picture.min(), picture.max()) == (0, 255)


@pytest.mark.parametrize("white", [255, 4095])
def test_white_of_a_deep_grey_picture_with_fewer_bits_is_white(white):
    ramp = np.linspace(0, white, 256).astype(np.uint16).reshape(16, 16)
    picture = decode(encode(Image.fromarray(ramp), "PNG"))
    assert np.abs(picture[..., 0].astype(int) - np.arange(256).reshape(16, 16)).max() <= 1


def test_dark_float_tiff_stays_dark():
    for brightest, expected in ((0.0, 0), (0.4, 102)):
        values = np.linspace(0, brightest, 256, dtype=np.float32).reshape(16, 16)
        assert decode(encode(Image.fromarray(values), "TIFF")).max() == expected


def test_first_frame_of_an_animation_counts():
    first, second = Image.new("RGB", (9, 9), "red"), Image.new("RGB", (9, 9), "blue")
    for animated in ("GIF", "WEBP", "PNG"):
        data = encode(first, animated, save_all=True, append_images=[second])
        assert decode(data)[4, 4].tolist() == pytest.approx((255, 0, 0), abs=5)


def test_result_is_a_plain_rgb_array(portrait_file):
    picture = decode(portrait_file.read_bytes())
    assert (picture.shape, picture.dtype) == ((512, 512, 3), np.uint8)


def test_single_pixel_is_read():
    assert decode(encode(np.full((1, 1, 3), 7, np.uint8))).tolist() == [[[7, 7, 7]]]


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "empty"),
        (b"this is no picture", "not a picture"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "not a picture"),
        (b"%PDF-1.7\n", "not a picture"),
        (b"\x00" * 1000, "not a picture"),
    ],
)
def test_what_is_no_picture_gets_a_sentence_that_says_so(data, sentence):
    with pytest.raises(PictureError, match=sentence):
        decode(data)


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "BMP", "GIF", "TIFF", "AVIF", "HEIF"])
def test_truncated_file_is_called_damaged(portrait, format):
    data = encode(portrait, format)
    with pytest.raises(PictureError, match=r"damaged|not a picture"):
        decode(data[: len(data) // 2])


def test_pixel_bomb_is_refused_from_its_header():
    with pytest.raises(PictureError, match="64 megapixels"):
        decode(pixel_bomb())


def test_picture_just_over_the_limit_names_its_size():
    side = round(MAX_PIXELS**0.5) + 1
    data = encode(Image.new("1", (side, side)), "PNG")
    with pytest.raises(PictureError, match=f"{side} × {side}"):
        decode(data)


def test_file_over_the_byte_limit_is_refused_unread(monkeypatch):
    monkeypatch.setattr(images, "MAX_BYTES", 1000)
    with pytest.raises(PictureError, match="limit"):
        decode(b"\xff" * 1001)


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes_give_a_picture_or_a_sentence(data):
    try:
        assert decode(data).dtype == np.uint8
    except PictureError as error:
        assert str(error).endswith(".")


@settings(max_examples=150, deadline=None)
@given(
    format=st.sampled_from(["JPEG", "PNG", "WEBP", "BMP", "GIF", "TIFF", "AVIF", "HEIF"]),
    where=st.lists(st.integers(0, 10_000), min_size=1, max_size=8),
    value=st.integers(0, 255),
)
def test_damaged_bytes_give_a_picture_or_a_sentence(format, where, value):
    data = bytearray(encode(RED_OVER_BLUE, format))
    for position in where:
        data[position % len(data)] = value
    try:
        assert decode(bytes(data)).ndim == 3
    except PictureError as error:
        assert str(error).endswith(".")


@settings(max_examples=60, deadline=None)
@given(height=st.integers(1, 40), width=st.integers(1, 40), seed=st.integers(0, 2**31))
def test_lossless_picture_comes_back_as_it_was(height, width, seed):
    picture = np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)
    assert np.array_equal(decode(encode(picture, "PNG")), picture)


def test_every_real_photo_is_read_and_the_upright_ones_agree(shared_data):
    folder = shared_data / "photos" / "real"
    reference = decode((folder / "pillow_hopper.png").read_bytes()).astype(int)
    for file in sorted(folder.glob("pillow_hopper*")):
        picture = decode(file.read_bytes())
        assert picture.shape == reference.shape, file.name
        if "gray" not in file.name and "16bit" not in file.name:
            assert np.abs(picture - reference).mean() < 8, file.name
    upright = [decode(file.read_bytes()) for file in sorted(folder.glob("exif_portrait_*"))]
    assert {picture.shape for picture in upright} == {(1800, 1200, 3)}


def test_real_malformed_files_give_a_picture_or_a_sentence(shared_data):
    unreadable = set()
    for file in sorted((shared_data / "photos" / "malformed").iterdir()):
        try:
            decode(file.read_bytes())
        except PictureError as error:
            assert str(error).endswith(".")
            unreadable.add(file.name)
    assert unreadable == {
        "pillow_broken.png",
        "pillow_decompression_bomb.gif",
        "pillow_truncated_image.png",
        "pillow_truncated_jpeg.jpg",
        "skimage_truncated.jpg",
    }

"""One reading, one picture, many pictures: the parts of the photo page."""

import io
from collections import Counter
from collections.abc import Sequence
from typing import Final

import streamlit as st
from PIL import Image

from core.abstention import Reason
from core.bundles import Thresholds
from core.faces import Quality
from core.percent import percent
from core.readings import Reading
from ui.charts import describe_probabilities, probability_bars
from ui.palette import display_name
from ui.pictures import annotate, enlarge_crop, to_data_url
from ui.session import Shown
from ui.show_chart import show_chart

MOST_PILLS: Final = 12
TALLEST: Final = 900
"""Pixels that a picture much higher than wide may take on the page."""


def picture_card(shown: Shown, chosen: int) -> None:
    """The picture with numbered boxes."""
    if shown.display:
        display = Image.open(io.BytesIO(shown.display))
        faces = sum(reading.box is not None for reading in shown.readings)
        count = "one face" if faces == 1 else f"{faces or 'no'} faces"
        width, height = display.size
        fits = height <= 2 * width
        st.image(
            annotate(display, shown.scale, shown.readings, chosen),
            width="stretch" if fits else max(1, TALLEST * width // height),
            alt=f"{shown.name} with {count} marked",
        )


def choose_face(shown: Shown) -> int:
    """Offer the faces by the numbers on their boxes, a crowd as a table; returns an index."""
    numbers = list(range(len(shown.readings)))
    if len(numbers) > MOST_PILLS:
        rows = [
            {"": to_data_url(enlarge_crop(crop, 48)), "Face": number + 1} | _told(reading)
            for number, reading, crop in zip(numbers, shown.readings, shown.crops, strict=True)
        ]
        st.caption("Tick a face to see its answer.")
        return _choose_row(
            rows, f"face-{shown.key}", f"The {len(rows)} faces with their expressions", row_height=40
        )
    chosen = st.pills(
        "Face",
        numbers,
        default=0,
        required=True,
        format_func=lambda i: f"{i + 1} {_expression(shown.readings[i])}",
        key=f"face-{shown.key}",
    )
    return chosen or 0


def answer_card(reading: Reading) -> None:
    """The answer in large type, or why there is none."""
    if reading.label is not None:
        st.header(display_name(reading.label), anchor=False)
        st.markdown(f"The model is **{percent(reading.probabilities[reading.label])}** sure.")
    elif reading.abstained is not None:
        st.header("No answer", anchor=False)
        st.markdown(f"**{str(reading.abstained).capitalize()}.** {reading.abstained.advice}")


def bars_card(reading: Reading, thresholds: Thresholds, key: str = "bars") -> None:
    """The probabilities that the answer rests on."""
    if reading.probabilities:
        show_chart(
            probability_bars(reading.probabilities, thresholds.confidence, counts=reading.label is not None),
            alt=describe_probabilities(reading.probabilities),
            key=key,
        )
        if reading.abstained is None or reading.abstained.reason is Reason.AMBIGUOUS:
            st.caption(f"An answer takes at least {thresholds.confidence:.0%}, the dotted line.")
        else:
            st.caption(f"These figures do not count: {reading.abstained.reason}.")


def details_card(shown: Shown, chosen: int) -> None:
    """What stands behind a reading: the crop, the quality, the time."""
    crop, notes, time = st.columns(3)
    reading = shown.readings[chosen]
    if len(shown.crops):
        crop.image(enlarge_crop(shown.crops[chosen]), alt="The 48×48 grey crop that the model saw")
        crop.caption("What the model saw: 48 × 48 grey pixels, eyes and mouth always in the same place.")
    if reading.quality is not None:
        told = quality_notes(reading.quality)
        if reading.face is not None:
            told.append(f"{percent(reading.face)} sure that this is a face")
        notes.markdown("\n".join(f"- {note}" for note in told))
    stages = {stage: f"{value:.1f} ms" for stage, value in shown.milliseconds.items()}
    time.markdown("\n".join(f"- {stage.capitalize()}: {value}" for stage, value in stages.items()))


def quality_notes(quality: Quality) -> list[str]:
    """The quality measures in words."""
    notes = [
        f"{quality.size:.0f} px across",
        f"Brightness {quality.brightness / 2.55:.0f}%, contrast {quality.contrast / 1.275:.0f}%",
        f"Sharpness {quality.sharpness:.2f}",
    ]
    if quality.yaw is not None and quality.roll is not None:
        notes.append(f"Turned {abs(quality.yaw):.0f}° to the side, tilted {abs(quality.roll):.0f}°")
    return notes


def pictures_table(shown: Sequence[Shown]) -> int:
    """All pictures in a table; returns the row that was chosen, the first where none was."""
    st.caption("Tick a picture to see its answer.")
    which = hash(tuple(picture.key for picture in shown))  # other pictures: a new choice
    return _choose_row(
        [_row(picture) for picture in shown], f"pictures-{which}", "The pictures with their expressions"
    )


def _choose_row(rows: Sequence[dict[str, object]], key: str, alt: str, row_height: int = 56) -> int:
    event = st.dataframe(
        rows,
        column_config={
            "": st.column_config.ImageColumn(width="small"),
            "Sure": st.column_config.ProgressColumn(format="%.0f%%", min_value=0, max_value=100),
        },
        hide_index=True,
        row_height=row_height,
        on_select="rerun",
        selection_mode="single-row-required",
        key=key,
        placeholder="",
        alt=alt,
    )
    chosen = event["selection"]["rows"]
    return chosen[0] if chosen and chosen[0] < len(rows) else 0


def _row(shown: Shown) -> dict[str, object]:
    return {
        "": shown.thumbnail or None,
        **_told_of(shown.readings),
        "Picture": shown.name,
        "Faces": sum(reading.box is not None for reading in shown.readings),
    }


def _told_of(readings: Sequence[Reading]) -> dict[str, object]:
    """The one answer, or how many faces show what, the most frequent first."""
    if len(readings) == 1:
        return _told(readings[0])
    counts = Counter(map(_expression, readings)).most_common()
    return {"Expression": ", ".join(f"{name} {count}" for name, count in counts) or "Not read", "Sure": None}


def _told(reading: Reading) -> dict[str, object]:
    reason = f" ({reading.abstained})" if reading.abstained else ""
    sure = min(99, round(100 * reading.probabilities[reading.label])) if reading.label else None
    return {"Expression": f"{_expression(reading)}{reason}", "Sure": sure}


def _expression(reading: Reading) -> str:
    return display_name(reading.label) if reading.label else "No answer"

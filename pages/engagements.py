"""How did this customer leave, and is it getting better?"""

from pathlib import PurePath

import streamlit as st

from core.engagement import make_report
from core.engagement.store import Engagement, keep_engagement, list_engagements
from core.errors import MienError
from ui.engagement.downloads import downloads
from ui.engagement.kept import DELETED, kept_card, list_card, log_card
from ui.engagement.left_over import left_over_card
from ui.engagement.people import choose_person
from ui.engagement.reading import BackgroundReading
from ui.engagement.recording import (
    CONSENT,
    consent_card,
    forget_reading,
    privacy_card,
    read_upload,
    still_here,
)
from ui.engagement.report import chosen_settings, report_card, settings_card
from ui.engagement.surveys import surveys_card
from ui.engagement.trend import FEWEST_FOR_ALL, trend_card
from ui.engagement.upload import choose_upload
from ui.live.holder import holder
from ui.models import choose_model
from ui.roles import actor, may_see_people, sign_in_card
from ui.words import counted, plain


def keep(engagement: Engagement, reading: BackgroundReading) -> None:
    """Store a result under the name that was typed, with the settings that are chosen now."""
    typed = {name: st.session_state[f"engagement_{name}"].strip() for name in ("name", "channel")}
    known = engagement.report
    try:
        report = make_report(engagement.moments, chosen_settings(), known.seconds, known.incomplete)
        changes = {"report": report, **{name: value for name, value in typed.items() if value}}
        engagement = Engagement(**dict(engagement) | changes)
        keep_engagement(engagement, actor())
        reading.kept = True
        st.session_state["kept"] = engagement.name
    except MienError as error:
        st.session_state["kept_error"] = str(error)


def new_recording() -> None:
    """Upload and consent, or what was read before."""
    classifier = choose_model()
    privacy_card()
    upload = choose_upload(on_change=forget_reading)
    if upload is None:
        reading = still_here()
    elif consent_card(upload):
        reading = read_upload(upload, classifier)
    else:
        forget_reading()
        return
    if reading is not None:
        result(reading)


def result(reading: BackgroundReading) -> None:
    """Whom, report, and whether to keep it."""
    recording, bundle = reading.recording, reading.bundle
    numbers = choose_person(recording, reading.key)
    if not numbers:
        return
    settings = settings_card()
    moments = recording.moments_of(numbers)
    report = reading.report(numbers, settings)
    if frozen := recording.frozen(numbers):
        st.warning(frozen, icon=":material/ac_unit:")
    report_card(moments, report)
    downloads(PurePath(reading.name).stem, moments, report, f"Read by {bundle.name} ({bundle.digest})")
    engagement = Engagement(
        id=reading.id_of(*numbers),
        name="Recording",
        source="recorded",
        model=bundle.name,
        digest=bundle.digest,
        consent=CONSENT,
        report=report,
        moments=tuple(moments),
    )
    with st.form("keep_form"):
        st.text_input("Name", placeholder="Call 17", max_chars=200, key="engagement_name")
        st.text_input("Channel or queue, never an employee", max_chars=60, key="engagement_channel")
        icon = ":material/save:"
        st.form_submit_button(
            "Keep the result", icon=icon, key="keep", on_click=keep, args=(engagement, reading)
        )
        told()  # beside the button, which may be far below the top of the page


def told() -> None:
    """What became of the last click on it."""
    if name := st.session_state.pop("kept", None):
        st.success(f"{plain(name)} was kept: readings only, no frame.", icon=":material/check:")
    if name := st.session_state.pop(DELETED, None):
        st.success(f"{plain(name)} was deleted.", icon=":material/check:")
    if error := st.session_state.pop("kept_error", None):
        st.error(error, icon=":material/error:")


st.title("How did the customer leave?", anchor=False)
sign_in_card()
view = st.segmented_control(
    "View", ["Recording", "Kept"], default="Recording", required=True, key="view", bind="query-params"
)
if view == "Recording":
    new_recording()
told()
if view == "Kept":
    try:
        kept = list_engagements()
    except MienError as failure:
        st.error(str(failure), icon=":material/error:")
        left_over_card({"api", "live"}, holder().opening)  # these lie on the disk
        st.stop()
    if not kept:
        st.info("Nothing was kept yet. Read a recording, then keep its result.", icon=":material/inbox:")
    elif may_see_people():
        if chosen := list_card(kept):
            kept_card(chosen)
        surveys_card(kept)
    else:
        trend_card(kept, FEWEST_FOR_ALL)
        st.info(
            f"{counted(len(kept), 'engagement')} kept. Each by itself is for analysts: sign in as one.",
            icon=":material/lock:",
        )
    left_over_card({"api", "live"}, holder().opening)
    log_card()

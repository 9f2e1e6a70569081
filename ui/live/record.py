"""Recording an engagement: a separate act, after consent; readings only."""

from typing import Final

import streamlit as st

from core.classifier import Classifier
from core.engagement import ReportSettings
from core.engagement.closing import CUT_OFF, close_journal, discard_journal
from core.engagement.journal import EndedError, Journal, Opening, find_journal
from core.errors import MienError
from core.live import LiveState
from core.recorder import Recorder
from ui.engagement.left_over import left_over_card
from ui.engagement.report import chosen_settings, settings_card
from ui.live.holder import Holder
from ui.roles import actor, may_see_people

CONSENT: Final = (
    "The customer before the camera was told that their expressions are read, what for and for how long the "
    "result is kept, and agreed. No employee is in the picture."
)


def record_card(own: Holder, classifier: Classifier, playing: bool) -> None:
    """Start, finish, and what a stop in between left."""
    if own.recorder is None:
        agreed = st.checkbox(CONSENT, key=_own_key("live_consent", own), wrap=True)
        st.text_input("Channel or queue, never an employee", max_chars=60, key="live_channel")
        st.fragment(_choose, run_every=1.0 if playing else None)(own)
        st.button(
            "Record the engagement",
            icon=":material/fiber_manual_record:",
            disabled=not (agreed and playing),
            on_click=_begin,
            args=(own, classifier),
            key="record",
        )
    open_card(own)


def open_card(own: Holder) -> None:
    """What is being recorded, to finish or discard, video or not; and what became of others."""
    if own.recorder is not None:
        st.fragment(_state, run_every=1.0)(own)
        key = _own_key("live_name", own)
        st.session_state.setdefault(key, own.name)
        own.name = st.text_input("Name", placeholder="Call 17", max_chars=200, key=key)
        journal = own.recorder.journal
        settings_card(key="-live")
        with st.container(horizontal=True):
            st.button("Finish", type="primary", key="finish", on_click=_finish, args=(own, journal))
            with st.popover("Discard …", icon=":material/delete:"):
                st.caption("What was read of this engagement is deleted for good.")
                st.button("Discard", key="discard", on_click=_discard, args=(own, journal))
    if done := st.session_state.get("live_done"):  # stays in sight until the next recording begins
        st.success(done, icon=":material/check:")
        if may_see_people():
            st.page_link(
                "../pages/engagements.py",
                label="See it among the engagements",
                icon=":material/forum:",
                query_params={"view": "Kept"},
            )
    if error := st.session_state.pop("live_error", None):
        st.error(error, icon=":material/error:")
    left_over_card({"live"}, own.opening, _keep_as_it_is)


def _choose(own: Holder) -> None:
    """Offer the people in sight, where there are several, before one of them is recorded."""
    state = own.reader.state if own.reader else LiveState()
    if len(state.known) > 1:
        largest = state.seen[0].number if state.seen else min(state.known)
        own.chosen = st.segmented_control(
            "Who is the customer? Nobody else is recorded",
            sorted(state.known),
            default=own.chosen if own.chosen in state.known else largest,
            required=True,
            format_func=_person,
            help="The numbers are those in the video; the largest face is offered first.",
            key="live_customer",
        )


def _state(own: Holder) -> None:
    """Whether readings arrive, and whose; again and again, since people leave and a full disk ends them."""
    reader, recorder = own.reader, own.recorder
    if recorder is None:
        return
    if recorder.fault:
        there = find_journal(recorder.journal.opening.id) is not None
        rest = "What came before is kept: press Finish." if there else "Press Discard to leave this one."
        st.error(f"{recorder.fault} {rest}", icon=":material/error:")
    elif reader is None:
        told = "A recording is open, and no video plays: open the camera to go on, or finish it."
        st.warning(told, icon=":material/pause:")
    elif reader.stands_still:
        told = "The video stands still: nothing is recorded until it goes on. Is the camera plugged in?"
        st.warning(told, icon=":material/pause:")
    elif recorder.customer is None:
        _ask(recorder, reader.state)
    else:
        who = _person(recorder.customer).lower()
        minutes, seconds = divmod(int(recorder.seconds), 60)
        told = f"Readings of {who} are being recorded: {minutes}:{seconds:02} so far."
        st.markdown(f":red[:material/fiber_manual_record:] {told}")


def _ask(recorder: Recorder, state: LiveState) -> None:
    """After some seconds out of sight whoever appears may be anybody: only a person can tell."""
    told = "Who is the customer? Nobody's readings are kept before you say so, by the number in the video."
    st.warning(told, icon=":material/person_search:")
    with st.container(horizontal=True):
        for number in sorted(state.known):
            name = _person(number)
            st.button(name, key=f"customer-{number}", on_click=_set_customer, args=(recorder, number))


def _set_customer(recorder: Recorder, number: int) -> None:
    recorder.customer = number


def _person(number: int) -> str:
    return f"Person {number}"


def _begin(own: Holder, classifier: Classifier) -> None:
    if own.recorder is not None:  # Streamlit calls it again where a timer cut the click's own run short
        return
    if not st.session_state.get(_own_key("live_consent", own)):
        return  # withdrawn by the click before, and not drawn yet
    st.session_state.pop("live_done", None)
    bundle, channel = classifier.bundle, st.session_state["live_channel"]
    opening = Opening(consent=CONSENT, model=bundle.name, digest=bundle.digest, channel=channel.strip())
    try:
        own.record(Recorder(Journal.begin(opening), _customer(own)))
    except MienError as error:
        st.session_state["live_error"] = str(error)


def _own_key(name: str, own: Holder) -> str:
    """Another one for each customer: a browser may send what it knows of a field that is gone."""
    return f"{name}-{own.recorded}"


def _customer(own: Holder) -> int | None:
    """Who was chosen, or is alone; None where somebody has to say."""
    known = own.reader.state.known if own.reader else frozenset()
    chosen: int | None = st.session_state.get("live_customer", own.chosen)
    if chosen is not None:
        return chosen if chosen in known else None
    return next(iter(known)) if len(known) == 1 else None


def _finish(own: Holder, journal: Journal) -> None:
    if own.recorder is None or own.recorder.journal is not journal:  # likewise
        return
    fault, end, name = own.recorder.fault, own.recorder.seconds, st.session_state[_own_key("live_name", own)]
    own.record(None)
    _keep(journal, name, actor(), fault, end, chosen_settings(key="-live"))


def _discard(own: Holder, journal: Journal) -> None:
    if own.recorder is None or own.recorder.journal is not journal:
        return
    own.record(None)
    try:
        discard_journal(journal, actor())
    except MienError as error:
        st.session_state["live_error"] = str(error)


def _keep(
    journal: Journal,
    name: str,
    by: str,
    incomplete: str | None,
    end: float | None = None,
    settings: ReportSettings | None = None,
) -> None:
    try:
        kept = close_journal(journal, name.strip(), by, incomplete, end, settings)
    except EndedError as error:
        st.session_state["live_error"] = str(error)
        return
    except MienError as error:
        st.session_state["live_error"] = f"{error} What was read is not lost: it stands below for analysts."
        return
    exit_emotion = kept.report.exit_emotion
    ending = exit_emotion.label if exit_emotion else "not enough seen"
    st.session_state["live_done"] = f"Kept. Exit emotion: {ending}."


def _keep_as_it_is(journal: Journal, by: str) -> None:
    _keep(journal, "", by, CUT_OFF)

"""And now?"""

import streamlit as st

from ui.live.holder import holder
from ui.live.now import now_card
from ui.live.record import open_card, record_card
from ui.live.stream import stream
from ui.models import choose_model

st.title("What does the camera see?", anchor=False)
classifier = choose_model()
st.info(
    "The video goes to this server, is read in its memory and sent back with boxes. No frame is stored. "
    "Leaving the page ends it. Tell everybody in the picture first, and do not use it on people at work.",
    icon=":material/privacy_tip:",
)
own = holder()
own.agreed = st.toggle("Everybody in the picture knows and agrees", key="live_open")
if not own.agreed:
    own.end()
    open_card(own)
    st.stop()
video, reading = st.columns([3, 2], gap="large")
with video:
    playing = stream(classifier)
    record_card(own, classifier, playing)
with reading:
    now_card(own, playing)

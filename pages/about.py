"""What happens to my picture, what may I use this for, and what is running here?"""

from importlib.metadata import version

import streamlit as st

from core.bundles import bundle_names, find_bundle
from core.bundles.limits import limits_told
from core.errors import MienError
from training.splits import how_apart
from ui.models import NO_MODEL
from ui.samples import SAMPLES
from ui.words import plain

st.title("About Mien", anchor=False)

st.subheader("What happens to your picture", anchor=False)
st.markdown(
    "It is read in the memory of the server that shows this page and forgotten when you remove it, upload "
    "or take another, or close the page. "
    "Neither the picture nor a crop of it is written to a disk or sent elsewhere, unless you choose "
    "“This is wrong” and agree that the small grey crop is kept for review. "
    "No camera opens before you have switched it on."
)

st.subheader("What you may use it for", anchor=False)
st.markdown(
    "- An **expression** is what a face shows. It is not what a person feels, and Mien does not claim to "
    "know that.\n"
    "- Not at work, in hiring or in education: inferring emotions there is prohibited in the European Union "
    "(AI Act, Article 5).\n"
    "- Not for decisions about a person without a human who looks at the case.\n"
    "- Tell people before you read their expressions, and ask them first."
)

st.subheader("The models", anchor=False)
if not bundle_names():
    st.error(NO_MODEL, icon=":material/inventory:")
for name in bundle_names():
    try:
        bundle = find_bundle(name)
    except MienError as error:
        st.error(str(error), icon=":material/broken_image:")
        continue
    card = bundle.card
    with st.container(border=True):
        st.markdown(f"**{plain(card.title)}** · `{card.name}` · {bundle.digest}")
        for score in card.scores:
            badge = ":orange-badge[leaks]" if score.leaks else ":green-badge[honest]"
            if not score.leaks and score.shared_people:
                badge = ":blue-badge[knows people]"
            st.markdown(
                f"{badge} **{score.accuracy.in_percent}** on {plain(score.data)}, {score.n:,} crops: "
                f"{how_apart(score)}."
            )
        st.markdown("\n".join(f"- {limit}" for limit in limits_told(card)))
        st.caption(card.terms)

st.subheader("Sample pictures and versions", anchor=False)
st.markdown("\n".join(f"- {sample.attribution}" for sample in SAMPLES.values()))
st.caption(
    ", ".join(
        f"{package} {version(package)}"
        for package in ("streamlit", "ai-edge-litert", "onnxruntime", "opencv-python-headless")
    )
    + ". Face detection: YuNet, MIT licence, © 2020 Shiqi Yu. Mien: MIT licence."
)

"""The models that lie here, for when the runs that made them cannot be read."""

import streamlit as st

from core.bundles import bundle_names, find_bundle
from core.errors import MienError


def local_models_card() -> None:
    """Name each model with its honest score and when it was trained."""
    rows = [_row(name) for name in bundle_names()]
    if rows:
        st.dataframe(
            rows,
            column_config={"Trained": st.column_config.DatetimeColumn(format="YYYY-MM-DD HH:mm")},
            hide_index=True,
            alt="The models on this machine",
        )
    st.page_link("../pages/models.py", label="See the models", icon=":material/arrow_forward:")


def _row(name: str) -> dict[str, object]:
    try:
        card = find_bundle(name).card
    except MienError:
        return {"Model": name, "Right": "It is damaged", "Trained": None}
    score = card.headline
    right = f"{score.accuracy.in_percent} on {score.data}" if score else "Not measured"
    return {"Model": name, "Right": right, "Trained": card.created}

"""The router: every page is reached through here, cold links included."""

import streamlit as st

from ui.icon import icon

st.set_page_config(page_icon=icon(), layout="wide")

page = st.navigation(
    {
        "Read": [
            st.Page("../pages/photo.py", title="Photo", icon=":material/photo_camera_front:", default=True),
            st.Page("../pages/live.py", title="Live", icon=":material/videocam:"),
            st.Page("../pages/engagements.py", title="Engagements", icon=":material/forum:"),
        ],
        "Train": [
            st.Page("../pages/retrain.py", title="Retrain", icon=":material/model_training:"),
            st.Page("../pages/history.py", title="History", icon=":material/monitoring:"),
            st.Page("../pages/models.py", title="Models", icon=":material/leaderboard:"),
            st.Page("../pages/review.py", title="Review", icon=":material/rate_review:"),
        ],
        "About": [st.Page("../pages/about.py", title="About Mien", icon=":material/info:")],
    }
)
page.run()

"""The planner's screens: `streamlit run ui/app.py`, with REJIG_API_URL saying where the API is."""

from __future__ import annotations

import streamlit as st

from ui.parts.style import style

st.set_page_config(page_title="Rejig", page_icon=":material/view_timeline:", layout="wide")
style()
st.navigation(
    [
        st.Page("screens/today.py", title="Today", icon=":material/today:", url_path="today", default=True),
        st.Page("screens/board.py", title="Board", icon=":material/view_timeline:", url_path="board"),
        st.Page("screens/what_if.py", title="What-if", icon=":material/alt_route:", url_path="what-if"),
        st.Page("screens/dispatch.py", title="Dispatch", icon=":material/format_list_numbered:", url_path="dispatch"),
    ],
    position="top",
).run()

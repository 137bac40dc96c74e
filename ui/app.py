"""The planner's screens: `streamlit run ui/app.py`, with REJIG_API_URL saying where the API is."""

from __future__ import annotations

import streamlit as st

from ui.parts.sign_in import sign_in
from ui.parts.style import style

ICON = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="6" fill="#0b5cad"/>'
    '<path d="M6 8h12v4H6zM12 14h14v4H12zM8 20h9v4H8z" fill="#fff"/></svg>'
)

st.set_page_config(page_title="Rejig", page_icon=ICON, layout="wide")
style()
sign_in()
st.navigation(
    [
        st.Page("screens/today.py", title="Today", icon=":material/today:", url_path="today", default=True),
        st.Page("screens/board.py", title="Board", icon=":material/view_timeline:", url_path="board"),
        st.Page("screens/what_if.py", title="What-if", icon=":material/alt_route:", url_path="what-if"),
        st.Page("screens/scenarios.py", title="Scenarios", icon=":material/compare:", url_path="scenarios"),
        st.Page("screens/orders.py", title="Orders", icon=":material/inventory_2:", url_path="orders"),
        st.Page("screens/capacity.py", title="Capacity", icon=":material/bar_chart:", url_path="capacity"),
        st.Page("screens/materials.py", title="Materials", icon=":material/pallet:", url_path="materials"),
        st.Page("screens/promise.py", title="Promise", icon=":material/event_available:", url_path="promise"),
        st.Page("screens/dispatch.py", title="Dispatch", icon=":material/format_list_numbered:", url_path="dispatch"),
        st.Page("screens/runs.py", title="Plan history", icon=":material/history:", url_path="runs"),
        st.Page("screens/connections.py", title="Connections", icon=":material/cable:", url_path="connections"),
        st.Page("screens/plants.py", title="Plants", icon=":material/factory:", url_path="plants"),
    ],
    position="top",
).run()

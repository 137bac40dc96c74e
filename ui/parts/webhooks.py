"""Who is told of plans, how that goes, and what could not be delivered."""

from __future__ import annotations

import streamlit as st

from ui import format as say
from ui.answers import Webhook
from ui.client import connect
from ui.parts.page import WATCH_SECONDS, reporting_problems
from ui.parts.tables import show_table
from ui.parts.text import plain
from ui.views.webhooks import letter_rows, webhook_state
from ui.views.words import message_words


@st.fragment(run_every=WATCH_SECONDS)
def show_webhooks(plant: str) -> None:
    with reporting_problems("read the webhooks", stop=False):
        hooks = connect().webhooks(plant)
        if not hooks:
            st.caption("Nobody is told of plans. A MES or a script subscribes itself.")
        for hook in hooks:
            show_webhook(plant, hook)


def show_webhook(plant: str, hook: Webhook) -> None:
    fine = hook["state"] == "active" and not hook["failing_since"]
    icon = ":green[:material/check_circle:]" if fine else ":orange[:material/sync_problem:]"
    name = hook["description"] or hook["url"]
    words, again = st.columns([8, 1.6], vertical_alignment="center")
    waits = f" · {say.count(hook['waiting'], 'message')} waiting" if hook["waiting"] else ""
    words.markdown(
        f"{icon} **{plain(name)}** · {plain(webhook_state(hook))}{waits}  \n"
        f":small[:gray[`{hook['url'].replace('`', '')}` · {plain(', '.join(map(message_words, hook['types'])))}]]"
    )
    id, lost = hook["id"], hook["dead_letters"]
    if hook["state"] == "disabled":
        if again.button("Make active", icon=":material/play_arrow:", key=f"on-{id}", width="stretch"):
            with reporting_problems("make the webhook active", stop=False):
                connect().activate_webhook(plant, id)
                st.rerun()
    elif lost and again.button(f"Send {lost} again", icon=":material/replay:", key=f"again-{id}", width="stretch"):
        with reporting_problems("send them again", stop=False):
            connect().resend(plant, id)
            st.rerun()
    if lost:
        letters = letter_rows(connect().dead_letters(plant, id))
        with st.expander(f"{say.count(lost, 'message')} not delivered", key=f"letters-{id}"):
            show_table(letters, most=230)

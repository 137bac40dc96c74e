"""Connections: what comes from other systems and what goes back, what was rejected, and what a person does about it."""

from __future__ import annotations

import streamlit as st

from ui import format as say
from ui.answers import Carrier, Connection, Source
from ui.client import connect
from ui.parts.page import end_page, open_page, reporting_problems
from ui.parts.person import ask_name
from ui.parts.style import mark
from ui.parts.tables import show_table
from ui.parts.text import plain
from ui.views.connections import abilities, message_rows, needed, outgoing_rows, rejected_rows, standing
from ui.views.lists import carrier_words, list_lines, list_rows
from ui.views.sources import decided, figure_rows, machine_rows, source_lines, standing_of


def show_connection(one: Connection) -> None:
    name = one["name"]
    fine = one["state"] == "well" and not one["silent"]
    icon = ":green[:material/check_circle:]" if fine else ":orange[:material/report:]"
    words, test = st.columns([8, 1.6], vertical_alignment="center")
    more = f"  \n:orange[{plain(needed(one))}]" if needed(one) else ""
    words.markdown(f"{icon} **{plain(name)}** · {plain(standing(one))}{more}  \n:small[:gray[{plain(abilities(one))}]]")
    if test.button("Test", icon=":material/network_check:", key=f"connections.test-{name}", width="stretch"):
        with reporting_problems(f"test {name}", stop=False):
            for step in connect().test_connection(name):
                sign = ":red[✗]" if step["fault"] else ":green[✓]"
                st.markdown(f"{sign} {plain(step['step'])} {plain(step['fault'])}")
    if one["state"] != "no plant":
        with reporting_problems(f"read {name}", stop=False):
            show_messages(name)


def show_messages(name: str) -> None:
    detail = connect().connection(name)
    if detail["vanished"]:
        gone = ", ".join(detail["vanished"][:20]) + (" …" if len(detail["vanished"]) > 20 else "")
        st.caption(f"No longer listed, and kept: {plain(gone)}. Cancel them under Orders if they are gone.")
    if detail["messages"]:
        with st.expander(f"{say.count(len(detail['messages']), 'message')} came in", key=f"connections.in-{name}"):
            show_table(message_rows(detail), most=260)
    if detail["rejected"]:
        rejected = f"{say.count(len(detail['rejected']), 'row')} rejected"
        with st.expander(rejected, expanded=True, key=f"connections.rejected-{name}"):
            show_table(rejected_rows(detail), most=260)
            numbers = sorted({row["message"] for row in detail["rejected"]}, reverse=True)
            pick, again = st.columns([2, 6], vertical_alignment="bottom")
            number = pick.selectbox("Message", numbers, key=f"connections.message-{name}")
            if again.button("Read it again", icon=":material/replay:", key=f"connections.replay-{name}"):
                st.text(connect().replay_message(name, int(number)))
    if detail["outgoing"]:
        with st.expander(
            f"{say.count(len(detail['outgoing']), 'message')} not sent yet",
            expanded=True,
            key=f"connections.out-{name}",
        ):
            show_table(outgoing_rows(detail), most=260)
            show_decisions(name, [m["number"] for m in detail["outgoing"] if m["state"] in ("dead", "held")])


def show_decisions(name: str, numbers: list[int]) -> None:
    """Send again or drop what was given up or waits for approval."""
    if not numbers:
        return
    if st.button(f"Send {len(numbers)}", icon=":material/send:", key=f"connections.send-{name}"):
        connect().resend_outgoing(name)
        st.rerun()
    pick, why, who = st.columns(3)
    chosen = pick.multiselect("Never send", numbers, key=f"connections.chosen-{name}")
    reason = why.text_input("Reason", max_chars=2000, key=f"connections.reason-{name}")
    with who:
        by = ask_name(f"connections.by-{name}")
    if st.button("Drop", disabled=not (chosen and reason.strip() and by), key=f"connections.drop-{name}"):
        connect().drop_outgoing(name, chosen, by, reason)
        st.rerun()


def show_source(one: Source) -> None:
    """Signals of machines: which are heard, and what the rules made of them."""
    fine = not source_lines([one]) and bool(one["machines"])
    icon = ":green[:material/sensors:]" if fine else ":orange[:material/sensors_off:]"
    st.markdown(f"{icon} **{plain(one['name'])}** · {plain(standing_of(one))}  \n:small[:gray[{plain(decided(one))}]]")
    if one["machines"]:
        with st.expander(say.count(len(one["machines"]), "machine"), key=f"connections.machines-{one['name']}"):
            show_table(machine_rows(one), most=260)
    if one["figures"]:
        with st.expander("What became of the signals", key=f"connections.figures-{one['name']}"):
            show_table(figure_rows(one), most=320)


def show_carrier(one: Carrier) -> None:
    """Lists on their way to machines: which are brought, which are confirmed."""
    icon = ":orange[:material/outbox:]" if list_lines([one]) or not one["lists"] else ":green[:material/outbox:]"
    kind = f"lists by {one['kind']}"
    st.markdown(f"{icon} **{plain(one['name'])}** · {plain(carrier_words(one))}  \n:small[:gray[{plain(kind)}]]")
    if one["lists"]:
        with st.expander(say.count(len(one["lists"]), "machine"), key=f"connections.lists-{one['name']}"):
            show_table(list_rows(one), most=260)


plant, _ = open_page("connections", live=False)
with reporting_problems("read the connections"):
    found = connect().connections(plant["plant"])
    sources = connect().sources(plant["plant"])
    carriers = connect().carriers(plant["plant"])
if not found and not sources and not carriers:
    st.subheader("No other system is connected")
    st.caption("Start the server with a file of connections: rejig serve --connections FILE. See docs/connect.")
    end_page("connections", "none")
for connection in found:
    with st.container(border=True):
        show_connection(connection)
for source in sources:
    with st.container(border=True):
        show_source(source)
for carrier in carriers:
    with st.container(border=True):
        show_carrier(carrier)
mark("connections", f"{plant['revision']}.{len(found)}.{len(sources)}.{len(carriers)}")

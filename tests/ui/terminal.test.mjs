// What the terminal makes of a list and of its reports, judged without a browser: node --test tests/ui/terminal.test.mjs
import assert from "node:assert/strict";
import { test } from "node:test";

import * as say from "../../api/floor/reports.js";
import * as w from "../../api/floor/words.js";

const NOW = "2026-11-17T13:25+01:00";
const line = (position, order, more = {}) => ({
  position, order, operation: 10, state: "next", quantity: 25, quantity_good: 0, quantity_scrap: 0, setup_family: "",
  setup_start: null, start: "2026-11-17T14:00+01:00", material_ready: true, missing: [], ...more,
});
const list = (lines, changes = []) => ({ target: "lathe", now: NOW, lines, changes, down: [] });
const change = (order, what, more = {}) => ({ order, operation: 10, what, reason: "plan 9", position_after: 1, ...more });
const site = { plant: "a/b", machine: "lathe 1", place: "a/b/lathe 1" };
const told = (type, data, state = "waiting") => ({ state, body: { type, data: { order: "A", operation: 10, ...data } } });
const names = (found) => found.lines.map((x) => `${x.order} ${x.state}`);

test("a moment is said by the plant's clock, and without the day where it is today", () => {
  assert.equal(w.moment("2026-11-17T06:05+01:00", NOW), "06:05");
  assert.equal(w.moment("2026-11-18T00:00+01:00", NOW), "Wed 18 Nov 00:00");
});

test("what was reported here stands in the list before the server has it", () => {
  const before = list([line(1, "B", { state: "running" }), line(2, "C"), line(3, "A")]);
  const start = [told("operation.put_aside", { order: "B" }), told("operation.started", {}, "sent")];
  assert.deepEqual(names(w.listAfter(before, start)), ["A running", "B next", "C next"]);
  assert.deepEqual(w.listAfter(before, start).lines.map((x) => x.unsent), [false, true, undefined]);
  assert.deepEqual(names(before), ["B running", "C next", "A next"], "the server's list stays what it was");
  const pause = [...start, told("operation.paused", {}), told("operation.progressed", { quantity_good: 7 })];
  assert.deepEqual(names(w.listAfter(before, pause))[0], "A paused", "pieces do not end a pause");
  assert.equal(w.listAfter(before, pause).lines[0].quantity_good, 7);
  assert.deepEqual(names(w.listAfter(before, [...pause, told("operation.finished", {})])), ["B next", "C next"]);
});

test("a report of work that the list has not is none of the list's", () => {
  assert.deepEqual(names(w.listAfter(list([line(1, "B")]), [told("operation.finished", {})])), ["B next"]);
});

test("a machine is down from its report on, and up again", () => {
  const down = told("machine.down", { machine: "lathe", reason: "Tool break" });
  assert.equal(w.listAfter(list([]), [down]).down[0].reason, "Tool break");
  assert.deepEqual(w.listAfter(list([]), [down, told("machine.up", {})]).down, []);
});

test("what is at work is shown, and three that follow", () => {
  const lines = [line(1, "A", { state: "paused" }), ..."BCDE".split("").map((name, i) => line(i + 2, name))];
  const shown = w.shownLines(list(lines));
  assert.deepEqual([shown.atWork.length, shown.next.map((x) => x.order).join(""), shown.more], [1, "BCD", 1]);
});

test("a change says what it means at the machine", () => {
  const lines = [line(1, "MO-00012"), line(2, "MO-00007")];
  const words = (found) => w.changeWords(list(lines, [found]))[0]?.words;
  assert.equal(words(change("MO-00012", "resequenced")), "MO-00012/10 now before MO-00007/10");
  assert.equal(words(change("MO-00007", "resequenced", { position_after: 2 })), "MO-00007/10 now last");
  assert.equal(words(change("X", "gone", { machine_after: null })), "X/10 is gone");
  assert.equal(words(change("X", "moved", { machine_after: "mill" })), "X/10 goes to mill");
  assert.equal(words(change("X", "moved", { machine_before: "mill", machine_after: "lathe" })), "X/10 comes here from mill: no. 1");
  assert.equal(words(change("X", "new", { start_after: "2026-11-17T15:00+01:00" })), "X/10 is new: no. 1, 15:00");
  assert.equal(words(change("X", "started")), undefined);
});

test("a start that moves by less than a quarter of an hour is no news, but is not taken for seen", () => {
  const moved = (minute) => change("A", "retimed", { start_before: "2026-11-17T14:00+01:00", start_after: `2026-11-17T14:${minute}+01:00` });
  assert.deepEqual(w.changeWords(list([], [moved("14")])), []);
  assert.equal(w.isNoNews(list([], [moved("14")])), false);
  assert.equal(w.changeWords(list([], [moved("15")]))[0].words, "A/10 now at 14:15, was 14:00");
  assert.equal(w.isNoNews(list([], [moved("14"), change("B", "started")])), true);
  assert.equal(w.isNoNews(list([], null)), true);
  const later = { ...moved("50"), position_after: 9 };
  assert.equal(w.changeWords(list([], [later, later]))[0].words, "2 later operations at other times");
});

test("missing material says how much, when it comes and with what", () => {
  const part = { material: "bar", quantity: 3.6, expected: "2026-11-18T09:00+01:00", source: "PO-7" };
  const words = (more) => w.materialWords(line(1, "A", { material_ready: false, missing: [{ ...part, ...more }] }), NOW).words;
  assert.equal(words({}), "Missing: 3.6 bar, arrives Wed 18 Nov 09:00, PO-7");
  assert.equal(words({ expected: null }), "Missing: 3.6 bar, no delivery");
});

test("how many reports wait is said plainly", () => {
  const words = (more) => w.networkWords({ reachable: true, waiting: 0, trouble: "", needsKey: false, ...more }).words;
  assert.equal(words({}), "Connected");
  assert.equal(words({ waiting: 1 }), "Sending: 1 report");
  assert.equal(words({ reachable: false, waiting: 3 }), "No network: 3 reports wait");
  assert.equal(words({ reachable: false, waiting: 1 }), "No network: 1 report waits");
  assert.equal(words({ needsKey: true, waiting: 2 }), "Key needed, touch here: 2 reports wait");
});

test("an event says who, when and what, under an id of its own", () => {
  const at = new Date("2026-11-17T12:25:30.900Z");
  const events = [1, 2].map(() => say.report(site, "Anna", at, ...say.machineDown("lathe 1", "Tool", at, 30)));
  const { path, body } = events[0];
  assert.equal(path, "/v1/plants/a%2Fb/events");
  assert.deepEqual(body.data, { machine: "lathe 1", reason: "Tool", expected_up: "2026-11-17T12:55:30Z", by: "Anna" });
  assert.deepEqual([body.time, body.source], ["2026-11-17T12:25:30Z", "/terminal/lathe 1"]);
  assert.match(body.id, /^[0-9a-f]{24}$/);
  assert.notEqual(body.id, events[1].body.id);
  assert.ok(!("expected_up" in say.machineDown("lathe", "Tool", at, null)[1]), "not known is not said");
});

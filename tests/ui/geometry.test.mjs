// Where things lie on the board, judged without a browser: node --test tests/ui/geometry.test.mjs
import assert from "node:assert/strict";
import { test } from "node:test";

import * as g from "../../ui/gantt/geometry.js";

// Mon 2 Mar 2026 00:00 in Zurich (UTC+1) is the origin; the clock goes forward on Sun 29 Mar at 01:00 UTC
const ORIGIN = (Date.UTC(2026, 2, 1, 23, 0) - Date.UTC(2000, 0, 1)) / 60000;
const SPRING = (Date.UTC(2026, 2, 29, 1, 0) - Date.UTC(2026, 2, 1, 23, 0)) / 60000;

// saw-1: MO-1/10 06:00-08:00, MO-2/10 08:00-11:00; mill-1: MO-1/20 09:00-10:00, MO-2/20 11:00-11:30; mill-2: idle
const plant = () => ({
  origin: ORIGIN,
  zone: { from: [-100000, SPRING], offset: [60, 120] },
  now: 420,
  first: 360,
  last: 690,
  machines: ["saw-1", "mill-1", "mill-2"],
  groups: ["saw", "mill", "mill"],
  orders: ["MO-1", "MO-2"],
  op: {
    order: [1, 0, 0, 1],
    number: [10, 20, 10, 20],
    machine: [0, 1, 0, 1],
    start: [480, 540, 360, 660],
    end: [660, 600, 480, 690],
  },
});
const bounds = { first: 0, last: 1000, height: 63, room: 63 };

test("a window meets the operations that touch it and no others", () => {
  const [saw] = g.indexRows(plant().op, 3);
  assert.deepEqual(saw.items, [2, 0]);
  assert.deepEqual(g.visibleRange(saw, 0, 360), [0, 0], "ends where the first begins");
  assert.deepEqual(g.visibleRange(saw, 0, 361), [0, 1]);
  assert.deepEqual(g.visibleRange(saw, 479, 480), [0, 1]);
  assert.deepEqual(g.visibleRange(saw, 480, 481), [1, 2], "begins where the first ends");
  assert.deepEqual(g.visibleRange(saw, 660, 900), [2, 2]);
});

test("a long bar is met behind a short one that started later", () => {
  const [row] = g.indexRows({ machine: [0, 0, 0], start: [0, 10, 500], end: [400, 20, 510] }, 1);
  const [first, last] = g.visibleRange(row, 300, 350);
  assert.ok(row.items.slice(first, last).includes(0));
});

test("zooming keeps the minute under the pointer and stops at half an hour", () => {
  const view = { from: 100, span: 400, top: 0 };
  const before = g.toMinute(view, 800, 200);
  const closer = g.zoomAt(view, 800, 200, 0.5, bounds);
  assert.equal(closer.span, 200);
  assert.equal(g.toMinute(closer, 800, 200), before);
  assert.equal(g.zoomAt(view, 800, 200, 0.0001, bounds).span, g.MIN_SPAN);
  assert.equal(g.zoomAt(view, 800, 200, 1000, bounds).span, 1100, "at most the plan and a twentieth on both sides");
});

test("panning follows the pointer and stops at the plan's ends and rows", () => {
  const view = { from: 300, span: 400, top: 0 };
  assert.equal(g.panBy(view, 800, 100, 0, bounds).from, 250);
  assert.equal(g.panBy(view, 800, 9000, 0, bounds).from, -50);
  assert.equal(g.panBy(view, 800, -9000, 0, bounds).from, 650);
  const tall = { ...bounds, height: 200 };
  assert.equal(g.panBy(view, 800, 0, -50, tall).top, 50);
  assert.equal(g.panBy(view, 800, 0, -900, tall).top, 137);
  assert.equal(g.panBy(view, 800, 0, 900, tall).top, 0);
});

test("a click finds the bar under it, and one of a pixel within its reach", () => {
  const p = plant();
  const rows = g.indexRows(p.op, 3);
  const view = { from: 300, span: 600, top: 0 };
  const at = (minute, row) => [g.toX(view, 600, minute), g.HEAD + row * g.LANE + 9];
  assert.equal(g.hit(p, rows, view, 600, ...at(400, 0)), 2);
  assert.equal(g.hit(p, rows, view, 600, ...at(500, 0)), 0);
  assert.equal(g.hit(p, rows, view, 600, ...at(500, 1)), -1, "mill-1 is idle at 08:20");
  assert.equal(g.hit(p, rows, view, 600, ...at(570, 1)), 1);
  assert.equal(g.hit(p, rows, view, 600, ...at(570, 2)), -1);
  assert.equal(g.hit(p, rows, view, 600, 100, 5), -1, "the axis is no row");
  assert.equal(g.hit(p, rows, view, 600, ...at(539, 1)), 1, "one pixel beside it");
});

test("an order's chain runs in the order of its operations, or as the routing says", () => {
  const p = plant();
  assert.deepEqual(g.operationsOf(p, 0), [2, 1]);
  assert.deepEqual(g.chainOf(p, 0), [[2, 1]]);
  p.op.link = [[], [], [], [0]];
  assert.deepEqual(g.chainOf(p, 0), []);
  assert.deepEqual(g.chainOf(p, 1), [[0, 3]]);
});

test("arrow keys walk along a machine and jump rows to the nearest start", () => {
  const p = plant();
  const rows = g.indexRows(p.op, 3);
  assert.equal(g.neighbour(p, rows, -1, "ArrowRight"), 2, "the first of all");
  assert.equal(g.neighbour(p, rows, 2, "ArrowRight"), 0);
  assert.equal(g.neighbour(p, rows, 0, "ArrowRight"), 0, "the last stays");
  assert.equal(g.neighbour(p, rows, 2, "ArrowLeft"), 2);
  assert.equal(g.neighbour(p, rows, 0, "ArrowDown"), 1);
  assert.equal(g.neighbour(p, rows, 3, "ArrowUp"), 0);
  assert.equal(g.neighbour(p, rows, 1, "ArrowDown"), 1, "mill-2 has nothing to go to");
});

test("a selection out of sight is brought back, one in sight stays where it is", () => {
  const view = { from: 300, span: 200, top: 0 };
  assert.deepEqual(g.reveal(view, 0, 320, 400, bounds), view);
  assert.equal(g.reveal(view, 0, 600, 700, bounds).from, 520);
  assert.equal(g.reveal(view, 0, 100, 150, bounds).from, 80);
  const low = { ...bounds, height: 210, room: 63 };
  assert.equal(g.reveal(view, 5, 320, 400, low).top, 63);
});

test("times are the plant's, on both sides of the spring change", () => {
  const p = plant();
  assert.equal(g.spoken(p, 360), "Mon 2 Mar 06:00");
  assert.equal(g.clockTime(p, SPRING - 1), "01:59");
  assert.equal(g.clockTime(p, SPRING), "03:00");
  assert.equal(g.spokenDuration(45), "45 min");
  assert.equal(g.spokenDuration(-185), "3 h 05 min");
  assert.equal(g.spokenDuration(3120), "2 d 4 h");
});

test("ticks stand on full steps of the clock, midnight names the day, none stands twice", () => {
  const p = plant();
  const day = g.ticks(p, { from: 0, span: 1440, top: 0 }, 800);
  assert.deepEqual(day.map((t) => t.label), ["Mon 2 Mar", "02:00", "04:00", "06:00", "08:00", "10:00", "12:00", "14:00",
    "16:00", "18:00", "20:00", "22:00", "Tue 3 Mar"]);
  assert.deepEqual(day.map((t) => t.minute % 120), Array(13).fill(0));
  const change = g.ticks(p, { from: SPRING - 120, span: 300, top: 0 }, 800);
  assert.deepEqual(change.map((t) => t.label), ["Sun 29 Mar", "00:30", "01:00", "01:30", "03:00", "03:30", "04:00", "04:30", "05:00", "05:30", "06:00"].slice(0, change.length));
  assert.equal(new Set(change.map((t) => t.minute)).size, change.length);
});

test("a label shortens before it disappears", () => {
  const sevenEach = (text) => text.length * 7;
  assert.equal(g.fitLabel("MO-00012/30", 80, sevenEach), "MO-00012/30");
  assert.equal(g.fitLabel("MO-00012/30", 40, sevenEach), "12/30");
  assert.equal(g.fitLabel("MO-00012/30", 20, sevenEach), "");
  assert.equal(g.findOperation(plant(), "MO-2/20"), 3);
  assert.equal(g.findOperation(plant(), "MO-9/20"), -1);
});

test("the mark of a bar in doubt stands at its left, asks where it has room, and stays inside the bar", () => {
  assert.deepEqual(g.doubtMark(100, 20, 60, 14), { x: 106, y: 27, r: 5, asks: true, taken: 11 });
  assert.equal(g.doubtMark(100, 20, 10, 14).asks, true, "ten pixels hold a mark of eight");
  const small = g.doubtMark(100, 20, 9, 14);
  assert.deepEqual([small.asks, small.taken], [false, 0], "nine do not: a dot, and the label keeps its place");
  for (const room of [5, 9, 12, 13, 60]) {
    const { x, r } = g.doubtMark(100, 20, room, 14);
    assert.ok(x - r >= 100 && x + r <= 100 + room, `${room} px: ${x} ${r}`);
  }
  assert.equal(g.doubtMark(100, 20, 1, 14).x, 100.5, "a hairline has it in its middle");
});

test("only what nobody has begun can be dragged, to the rows that can do it, on full steps and not into the past", () => {
  const p = { ...plant(), pinning: true };
  p.op.state = [0, 0, 2, 1];
  p.eligible = [[0], [1, 2]];
  p.op.eligible = [0, 1, 0, 1];
  assert.deepEqual([-1, 0, 1, 2, 3].map((i) => g.canMove(p, i)), [false, true, true, false, false]);
  assert.equal(g.canMove({ ...p, pinning: false }, 1), false);
  assert.deepEqual(g.eligibleRows(p, 1), [1, 2]);
  assert.deepEqual(g.eligibleRows(plant(), 1), [1], "told nothing, it stays on its machine");
  const view = { from: 400, span: 600, top: 0 };
  const at = (x, y) => g.landing(p, view, 600, 1, 10, x, y);
  assert.deepEqual(at(200, g.HEAD + 2 * g.LANE + 3), { row: 2, start: 590, ok: true });
  assert.deepEqual(at(200, g.HEAD + 3), { row: 0, start: 590, ok: false });
  assert.deepEqual(at(0, g.HEAD + 900), { row: 2, start: 420, ok: true }, "now is 420, and there is no fourth row");
  assert.equal(g.landing(p, { ...view, span: 1000 }, 600, 1, 10, 200, g.HEAD + 30).start % 5, 0);
  assert.equal(g.landing(p, { ...view, span: 9000 }, 600, 1, 10, 200, g.HEAD + 30).start % 30, 0);
});

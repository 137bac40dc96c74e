// Where things lie on the board. Pure: no canvas, no DOM, so that `node --test` can judge it.
//
// A payload is columnar. Times are whole minutes after `origin` (minutes since 2000-01-01T00:00Z).
//   machines, groups        names and work centers, one per row
//   op.{order,number,machine,start,end,setup,late,slack,state,flags,link}   one entry per operation; setup -1: none
//   ghost.{op,machine,start,end}   where the compared plan has the operations that moved
//   closed.{machine,start,end}, down.{machine,start,end,kind,reason};   out: by row, whether it is down now
// A view is {from, span, top}: first minute shown, minutes shown, pixels scrolled down.

const EPOCH_MS = Date.UTC(2000, 0, 1);
const WEEKDAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const STEPS = [15, 30, 60, 120, 240, 360, 720, 1440, 2880, 10080];

export const LANE = 21;
export const HEAD = 34;
export const MIN_SPAN = 30;
export const BAR_TOP = 2;
export const BAR = 14;

/** The first index whose value is >= x in a rising array. */
export function lowerBound(values, x) {
  let low = 0;
  let high = values.length;
  while (low < high) {
    const mid = (low + high) >> 1;
    if (values[mid] < x) low = mid + 1;
    else high = mid;
  }
  return low;
}

/** Per row: the entries sorted by start, with a running maximum of ends, so that a window is two binary searches. */
export function indexRows(columns, rowCount) {
  const rows = Array.from({ length: rowCount }, () => []);
  for (let i = 0; i < columns.machine.length; i++) rows[columns.machine[i]]?.push(i);
  return rows.map((items) => {
    items.sort((a, b) => columns.start[a] - columns.start[b] || columns.end[a] - columns.end[b]);
    const starts = new Float64Array(items.length);
    const reach = new Float64Array(items.length);
    let far = -Infinity;
    items.forEach((item, i) => {
      starts[i] = columns.start[item];
      far = Math.max(far, columns.end[item]);
      reach[i] = far;
    });
    return { items, starts, reach };
  });
}

/** [first, last) positions in a row that may touch the minutes [from, to). */
export function visibleRange(row, from, to) {
  return [lowerBound(row.reach, from + 1e-9), lowerBound(row.starts, to)];
}

export function toX(view, width, minute) {
  return ((minute - view.from) / view.span) * width;
}

export function toMinute(view, width, x) {
  return view.from + (x / width) * view.span;
}

/** Keeps a view inside the plan's span, with a twentieth of it free on both sides. */
export function clampView(view, bounds) {
  const room = bounds.last - bounds.first;
  const margin = room / 20;
  const span = Math.min(Math.max(view.span, MIN_SPAN), room + 2 * margin);
  const from = Math.min(Math.max(view.from, bounds.first - margin), bounds.last + margin - span);
  const top = Math.min(Math.max(view.top, 0), Math.max(0, bounds.height - bounds.room));
  return { from, span, top };
}

/** factor < 1 shows less time; the minute under x stays under x. */
export function zoomAt(view, width, x, factor, bounds) {
  const minute = toMinute(view, width, x);
  const room = (bounds.last - bounds.first) * 1.1;
  const span = Math.min(Math.max(view.span * factor, MIN_SPAN), room);
  return clampView({ from: minute - (x / width) * span, span, top: view.top }, bounds);
}

export function panBy(view, width, dx, dy, bounds) {
  return clampView({ from: view.from - (dx / width) * view.span, span: view.span, top: view.top - dy }, bounds);
}

/** The view that opens a board: two hours before now and two days on, or the plan if it is shorter or elsewhere. */
export function firstView(payload, bounds) {
  const near = payload.now >= bounds.first - 2880 && payload.now <= bounds.last;
  const from = near ? payload.now - 120 : bounds.first;
  return clampView({ from, span: Math.min(2880, bounds.last - bounds.first), top: 0 }, bounds);
}

export function rowAt(view, y) {
  return Math.floor((y - HEAD + view.top) / LANE);
}

export function rowTop(view, row) {
  return HEAD + row * LANE - view.top;
}

/** The operation under a point right of the names column, or -1. A bar narrower than 3 px is given 3 px. */
export function hit(payload, rows, view, width, x, y) {
  if (y < HEAD) return -1;
  const row = rows[rowAt(view, y)];
  if (!row) return -1;
  const slack = (1.5 / width) * view.span;
  const minute = toMinute(view, width, x);
  const [first, last] = visibleRange(row, minute - slack, minute + slack);
  let best = -1;
  let nearest = Infinity;
  for (let i = first; i < last; i++) {
    const op = row.items[i];
    const away = Math.max(payload.op.start[op] - minute, minute - payload.op.end[op], 0);
    if (away < nearest) {
      nearest = away;
      best = op;
    }
  }
  return best;
}

/** Whether operation i can be dragged elsewhere: this board takes pins, and nobody has begun it. */
export function canMove(payload, i) {
  return Boolean(payload.pinning) && i >= 0 && payload.op.state[i] === 0;
}

/** The rows of the machines that can do operation i. */
export function eligibleRows(payload, i) {
  return payload.eligible?.[payload.op.eligible?.[i]] ?? [payload.op.machine[i]];
}

/** Where a dragged operation would land: {row, start, ok}; `grip`: minutes of it left of the pointer. On full steps of
 * the view, not before now; ok: its machine can do it. */
export function landing(payload, view, width, i, grip, x, y) {
  const row = Math.min(payload.machines.length - 1, Math.max(0, rowAt(view, y)));
  const step = view.span > 5760 ? 30 : view.span > 720 ? 5 : 1;
  const start = Math.max(payload.now, Math.round((toMinute(view, width, x) - grip) / step) * step);
  return { row, start, ok: eligibleRows(payload, i).includes(row) };
}

/** The operations of an order, in the order of their starts. */
export function operationsOf(payload, order) {
  const { op } = payload;
  const found = [];
  for (let i = 0; i < op.order.length; i++) if (op.order[i] === order) found.push(i);
  return found.sort((a, b) => op.start[a] - op.start[b] || op.number[a] - op.number[b]);
}

/** Pairs [before, after] of an order's chain; by `op.link` (lists of predecessors) or by operation number. */
export function chainOf(payload, order) {
  const members = operationsOf(payload, order);
  const { op } = payload;
  if (op.link) return members.flatMap((i) => op.link[i].map((before) => [before, i]));
  const byNumber = [...members].sort((a, b) => op.number[a] - op.number[b]);
  return byNumber.slice(1).map((after, i) => [byNumber[i], after]);
}

/** The operation that an arrow key leads to: along the machine, or to the nearest start in the next row that has one. */
export function neighbour(payload, rows, current, key) {
  const { op } = payload;
  if (current < 0) return rows.find((row) => row.items.length)?.items[0] ?? -1;
  const here = op.machine[current];
  const along = rows[here].items;
  const at = along.indexOf(current);
  if (key === "ArrowLeft") return along[Math.max(0, at - 1)];
  if (key === "ArrowRight") return along[Math.min(along.length - 1, at + 1)];
  const step = key === "ArrowUp" ? -1 : 1;
  for (let r = here + step; r >= 0 && r < rows.length; r += step) {
    const { items, starts } = rows[r];
    if (!items.length) continue;
    const after = lowerBound(starts, op.start[current]);
    const before = Math.max(0, after - 1);
    if (after >= items.length) return items[before];
    return starts[after] - op.start[current] < op.start[current] - starts[before] ? items[after] : items[before];
  }
  return current;
}

/** A view in which minutes [start, end) of a row can be seen, moved as little as possible. */
export function reveal(view, row, start, end, bounds) {
  let { from, top } = view;
  if (end > from + view.span) from = end - view.span * 0.9;
  if (start < from) from = start - view.span * 0.1;
  const y = row * LANE;
  if (y < top) top = y;
  if (y + LANE > top + bounds.room) top = y + LANE - bounds.room;
  return clampView({ from, span: view.span, top }, bounds);
}

/** Minutes that the plant's clock is ahead of UTC at a minute; zone: rising `from`, `offset`. */
export function offsetAt(zone, minute) {
  const i = lowerBound(zone.from, minute + 1e-9) - 1;
  return zone.offset[Math.max(0, i)] ?? 0;
}

/** What the plant's clock shows: {weekday, day, month, hour, minute, ofDay}. */
export function clock(payload, minute) {
  const local = Math.round(minute) + offsetAt(payload.zone, minute);
  const at = new Date(EPOCH_MS + (payload.origin + local) * 60000);
  const ofDay = at.getUTCHours() * 60 + at.getUTCMinutes();
  const weekday = WEEKDAYS[at.getUTCDay()];
  return { weekday, day: at.getUTCDate(), month: MONTHS[at.getUTCMonth()], hour: at.getUTCHours(), minute: at.getUTCMinutes(), ofDay };
}

const two = (n) => String(n).padStart(2, "0");

export function clockTime(payload, minute) {
  const at = clock(payload, minute);
  return `${two(at.hour)}:${two(at.minute)}`;
}

/** Tue 17 Nov 13:25 */
export function spoken(payload, minute) {
  const at = clock(payload, minute);
  return `${at.weekday} ${at.day} ${at.month} ${two(at.hour)}:${two(at.minute)}`;
}

/** 45 min, 3 h 05 min, 2 d 4 h */
export function spokenDuration(minutes) {
  const n = Math.abs(Math.round(minutes));
  if (n < 60) return `${n} min`;
  if (n < 1440) return n % 60 ? `${Math.floor(n / 60)} h ${two(n % 60)} min` : `${n / 60} h`;
  const hours = Math.floor((n % 1440) / 60);
  return hours ? `${Math.floor(n / 1440)} d ${hours} h` : `${Math.floor(n / 1440)} d`;
}

/** The ticks of the time axis, at least 64 px apart, on full steps of the plant's clock; `day` marks midnight. */
export function ticks(payload, view, width) {
  const step = STEPS.find((s) => (s / view.span) * width >= 64) ?? STEPS.at(-1);
  const found = [];
  const shown = payload.origin + view.from + offsetAt(payload.zone, view.from);
  for (let local = Math.floor(shown / step) * step; local <= shown + view.span + 2 * step; local += step) {
    // across a change of the clock a tick stays on a full step of the clock
    const utc = local - payload.origin - offsetAt(payload.zone, view.from);
    const minute = local - payload.origin - offsetAt(payload.zone, utc);
    if (minute < view.from || minute > view.from + view.span) continue;
    const at = clock(payload, minute);
    if (at.ofDay !== local % 1440) continue; // the clock skips it
    const day = at.ofDay === 0;
    found.push({ minute, day, label: day ? `${at.weekday} ${at.day} ${at.month}` : `${two(at.hour)}:${two(at.minute)}` });
  }
  return found;
}

/** The round mark of a bar in doubt, at its left: centre, radius, whether a "?" fits, and the pixels that a label leaves. */
export function doubtMark(left, top, room, bar) {
  const r = Math.max(2, Math.min(bar / 2 - 2, room / 2 - 1));
  const asks = r >= 4;
  return { x: left + Math.max(room > 2 * r ? r + 1 : room / 2, 0), y: top + bar / 2, r, asks, taken: asks ? 2 * r + 1 : 0 };
}

/** "MO-00012/30" in full, then "12/30", then nothing: what fits in `room` pixels. measure(text) is in pixels. */
export function fitLabel(label, room, measure) {
  if (room < 10) return "";
  if (measure(label) <= room) return label;
  const short = label.replace(/^\D+0*(?=\d)/, "");
  return measure(short) <= room ? short : "";
}

export function labelOf(payload, i) {
  return `${payload.orders[payload.op.order[i]]}/${payload.op.number[i]}`;
}

/** The index of the operation with that label ("MO-12/30"), or -1. */
export function findOperation(payload, label) {
  const cut = label.lastIndexOf("/");
  const order = payload.orders.indexOf(label.slice(0, cut));
  const number = Number(label.slice(cut + 1));
  if (order < 0) return -1;
  for (let i = 0; i < payload.op.order.length; i++) {
    if (payload.op.order[i] === order && payload.op.number[i] === number) return i;
  }
  return -1;
}

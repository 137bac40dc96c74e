// Paints a board on a canvas: only what the view shows, bars of one tone in one go.

import {
  BAR, BAR_TOP, HEAD, LANE, chainOf, clock, doubtMark, fitLabel, labelOf, rowTop, ticks, toX, visibleRange,
} from "./geometry.js";
import {
  DONE, DOUBT_FLAG, DOWN_NAME, FADED, FROZEN_FLAG, LIGHT, PINNED_FLAG, keepsMachine, toneOf,
} from "./palette.js";
import { dragged } from "./drag.js";

export const NAMES = 104;
const INK = "#1b1f24";
const SOFT = "#6b7480";
const RULE = "#e3e6ea";
const NOW = "#c8102e";

/** One picture. scene: payload, rows, ghosts, closed, down (indexes), view, width, height, selected, wholeOrder, hover. */
export function paint(ctx, scene) {
  const { width, height } = scene;
  ctx.clearRect(0, 0, width, height);
  ctx.save();
  ctx.beginPath();
  ctx.rect(NAMES, 0, width - NAMES, height);
  ctx.clip();
  ctx.translate(NAMES, 0);
  const plot = { ...scene, width: width - NAMES };
  const lanes = shownLanes(plot);
  ground(ctx, plot, lanes);
  ctx.save();
  ctx.beginPath();
  ctx.rect(0, HEAD, plot.width, height - HEAD);
  ctx.clip();
  ghosts(ctx, plot, lanes);
  const labelled = bars(ctx, plot, lanes);
  pauses(ctx, plot, lanes);
  outages(ctx, plot, lanes);
  labels(ctx, plot, labelled);
  links(ctx, plot);
  chosen(ctx, plot);
  dragged(ctx, plot, lanes);
  ctx.restore();
  axis(ctx, plot);
  nowLine(ctx, plot);
  ctx.restore();
  names(ctx, scene, lanes);
}

function shownLanes({ payload, view, height }) {
  const first = Math.max(0, Math.floor(view.top / LANE));
  const last = Math.min(payload.machines.length, Math.ceil((view.top + height - HEAD) / LANE));
  return { first, last };
}

function eachShown(index, row, view, visit) {
  const [first, last] = visibleRange(index[row], view.from, view.from + view.span);
  for (let i = first; i < last; i++) visit(index[row].items[i]);
}

function ground(ctx, { payload, view, width, height, closed, down, hatch }, { first, last }) {
  ctx.fillStyle = "#ffffff";
  ctx.fillRect(0, HEAD, width, height - HEAD);
  for (let r = first; r < last; r++) {
    const y = rowTop(view, r);
    ctx.fillStyle = "#eceff2";
    eachShown(closed, r, view, (i) => {
      const a = Math.max(0, toX(view, width, payload.closed.start[i]));
      const b = Math.min(width, toX(view, width, payload.closed.end[i]));
      if (b - a >= 0.5) ctx.fillRect(a, y, b - a, LANE);
    });
    if (payload.out[r]) {
      ctx.fillStyle = "rgba(253, 228, 220, 0.6)"; // it is down now: its row shows it wherever one looks
      ctx.fillRect(0, y, width, LANE);
    }
    eachShown(down, r, view, (i) => {
      const a = Math.max(0, toX(view, width, payload.down.start[i]));
      const b = Math.min(width, toX(view, width, payload.down.end[i]));
      const broken = payload.down.kind[i] === 1;
      ctx.fillStyle = broken ? "#fde4dc" : "#dfe3e8";
      ctx.fillRect(a, y + 1, Math.max(2, b - a), LANE - 1);
      ctx.fillStyle = broken ? hatch.broken : hatch.service;
      ctx.fillRect(a, y + 1, Math.max(2, b - a), LANE - 1);
    });
    const newGroup = r > 0 && payload.groups[r] !== payload.groups[r - 1];
    ctx.fillStyle = newGroup ? "#b9c0c8" : RULE;
    ctx.fillRect(0, y, width, newGroup ? 1 : 0.5);
  }
  if (payload.frozen > payload.now) {
    const a = Math.max(0, toX(view, width, payload.now));
    const b = Math.min(width, toX(view, width, payload.frozen));
    if (b > a) {
      ctx.fillStyle = "rgba(86, 110, 150, 0.13)";
      ctx.fillRect(a, HEAD, b - a, height - HEAD);
      ctx.strokeStyle = "rgba(60, 80, 120, 0.55)";
      ctx.setLineDash([2, 3]);
      line(ctx, b, HEAD, b, height);
      ctx.setLineDash([]);
    }
  }
}

function ghosts(ctx, { payload, view, width, ghosts: index }, { first, last }) {
  ctx.strokeStyle = "#444b54";
  ctx.lineWidth = 1;
  ctx.setLineDash([3, 2]);
  ctx.beginPath();
  for (let r = first; r < last; r++) {
    const y = Math.round(rowTop(view, r)) + BAR_TOP + BAR - 3.5;
    eachShown(index, r, view, (i) => {
      const a = toX(view, width, payload.ghost.start[i]);
      const b = toX(view, width, payload.ghost.end[i]);
      if (b - a > 2) ctx.rect(Math.max(-9, a), y, Math.min(width + 9, b) - Math.max(-9, a), 7);
    });
  }
  ctx.stroke();
  ctx.setLineDash([]);
}

function bars(ctx, scene, { first, last }) {
  const { payload, view, width, rows, hatch, dimmed } = scene;
  const { op } = payload;
  const byTone = new Map();
  const stubs = [];
  const labelled = [];
  const hatched = [];
  const flags = [];
  const running = [];
  const pinned = [];
  const doubts = [];
  for (let r = first; r < last; r++) {
    const y = Math.round(rowTop(view, r)) + BAR_TOP;
    let lastX = -Infinity;
    eachShown(rows, r, view, (i) => {
      const a = toX(view, width, op.start[i]);
      const b = toX(view, width, op.end[i]);
      const left = Math.max(-4, a);
      const room = Math.max(Math.min(width + 4, b) - left - (b - a > 4 ? 1 : 0), 1);
      if (op.setup[i] >= 0) {
        const s = toX(view, width, op.setup[i]);
        if (a - s >= 1) stubs.push(Math.max(-4, s), y, a - Math.max(-4, s));
      }
      if (b - lastX < 0.6) return; // a hairline behind another one
      lastX = b;
      const tone = dimmed && !dimmed(i) ? FADED : toneOf(payload, i);
      let list = byTone.get(tone);
      if (!list) byTone.set(tone, (list = []));
      list.push(left, y, room);
      const doubt = op.flags[i] & DOUBT_FLAG ? doubtMark(Math.max(0, left), y, room + Math.min(0, left), BAR) : null;
      if (doubt) doubts.push(doubt);
      const taken = doubt ? doubt.taken : 0;
      if (room > 18) labelled.push(i, left, y, room, tone, taken);
      if (room > 3 && op.flags[i] & FROZEN_FLAG && op.state[i] !== DONE) hatched.push(left, y, room);
      if (op.late[i] > 0 && room > 2) flags.push(left + room, y, Math.min(7, room));
      if (keepsMachine(op, i)) running.push(left, y, room);
      if (op.flags[i] & PINNED_FLAG) pinned.push(left, y, room);
    });
  }
  ctx.fillStyle = "#ffffff";
  for (let k = 0; k < stubs.length; k += 3) ctx.fillRect(stubs[k], stubs[k + 1] + 4, stubs[k + 2], BAR - 4);
  ctx.fillStyle = hatch.setup;
  for (let k = 0; k < stubs.length; k += 3) ctx.fillRect(stubs[k], stubs[k + 1] + 4, stubs[k + 2], BAR - 4);
  for (const [tone, list] of byTone) {
    ctx.fillStyle = tone.fill;
    for (let k = 0; k < list.length; k += 3) ctx.fillRect(list[k], list[k + 1], list[k + 2], BAR);
  }
  ctx.fillStyle = hatch.frozen;
  for (let k = 0; k < hatched.length; k += 3) ctx.fillRect(hatched[k], hatched[k + 1], hatched[k + 2], BAR);
  ctx.fillStyle = "#06263b";
  for (let k = 0; k < running.length; k += 3) {
    ctx.fillRect(running[k], running[k + 1] + BAR - 2.5, running[k + 2], 2.5);
  }
  ctx.strokeStyle = INK;
  ctx.lineWidth = 1.5;
  for (let k = 0; k < pinned.length; k += 3) ctx.strokeRect(pinned[k] + 0.75, pinned[k + 1] + 0.75, pinned[k + 2] - 1.5, BAR - 1.5);
  ctx.fillStyle = "#4a1500";
  for (let k = 0; k < flags.length; k += 3) {
    ctx.beginPath();
    ctx.moveTo(flags[k] - flags[k + 2], flags[k + 1]);
    ctx.lineTo(flags[k], flags[k + 1]);
    ctx.lineTo(flags[k], flags[k + 1] + flags[k + 2]);
    ctx.fill();
  }
  doubtful(ctx, doubts, scene.font);
  return labelled;
}

/** A "?" in a white disc: what is known of this operation was inferred. */
function doubtful(ctx, marks, font) {
  ctx.font = `700 9px ${font}`;
  ctx.textAlign = "center";
  ctx.textBaseline = "middle";
  ctx.lineWidth = 1.2;
  ctx.strokeStyle = INK;
  for (const { x, y, r, asks } of marks) {
    ctx.fillStyle = "#ffffff";
    ctx.beginPath();
    ctx.arc(x, y, r, 0, 2 * Math.PI);
    ctx.fill();
    ctx.stroke();
    ctx.fillStyle = INK;
    if (asks) ctx.fillText("?", x, y + 0.5);
  }
  ctx.textAlign = "left";
}

/** Work pauses over closed time: its bar pales there. */
function pauses(ctx, { payload, view, width, closed }, { first, last }) {
  ctx.fillStyle = "rgba(236, 239, 242, 0.62)";
  for (let r = first; r < last; r++) {
    const y = Math.round(rowTop(view, r)) + BAR_TOP;
    eachShown(closed, r, view, (i) => {
      const a = Math.max(0, toX(view, width, payload.closed.start[i]));
      const b = Math.min(width, toX(view, width, payload.closed.end[i]));
      if (b - a >= 1) ctx.fillRect(a, y + 3, b - a, BAR - 6);
    });
  }
}

/** An outage lies over what was begun before it, as high as its row. */
function outages(ctx, { payload, view, width, down, hatch }, { first, last }) {
  for (let r = first; r < last; r++) {
    const y = Math.round(rowTop(view, r));
    eachShown(down, r, view, (i) => {
      const a = Math.max(0, toX(view, width, payload.down.start[i]));
      const b = Math.min(width, toX(view, width, payload.down.end[i]));
      ctx.fillStyle = payload.down.kind[i] === 1 ? hatch.broken : hatch.service;
      if (b > a) ctx.fillRect(a, y, Math.max(2, b - a), LANE);
    });
  }
}

function labels(ctx, { payload, measure, font }, list) {
  ctx.textBaseline = "middle";
  ctx.textAlign = "left";
  ctx.font = `11px ${font}`;
  for (let k = 0; k < list.length; k += 6) {
    const taken = list[k + 5];
    const text = fitLabel(labelOf(payload, list[k]), list[k + 3] - 6 - taken, measure);
    if (!text) continue;
    const [x, y, tone] = [Math.max(0, list[k + 1]) + 3 + taken, list[k + 2] + BAR / 2 + 0.5, list[k + 4]];
    if (tone.ink === LIGHT) { // light hatches and pauses lie over the fill: a rim of it keeps the letters apart
      ctx.strokeStyle = tone.fill;
      ctx.lineWidth = 3;
      ctx.lineJoin = "round";
      ctx.strokeText(text, x, y);
    }
    ctx.fillStyle = tone.ink;
    ctx.fillText(text, x, y);
  }
}

function links(ctx, { payload, view, width, selected }) {
  if (selected < 0) return;
  const { op } = payload;
  ctx.lineWidth = 1.4;
  ctx.strokeStyle = INK;
  ctx.fillStyle = INK;
  for (const [before, after] of chainOf(payload, op.order[selected])) {
    const x1 = toX(view, width, op.end[before]);
    const y1 = rowTop(view, op.machine[before]) + BAR_TOP + BAR / 2;
    const x2 = toX(view, width, op.start[after]);
    const y2 = rowTop(view, op.machine[after]) + BAR_TOP + BAR / 2;
    if (Math.max(x1, x2) < -50 || Math.min(x1, x2) > width + 50) continue;
    const bend = Math.min(60, Math.max(14, Math.abs(x2 - x1) / 2, Math.abs(y2 - y1) / 4));
    ctx.beginPath();
    ctx.moveTo(x1, y1);
    ctx.bezierCurveTo(x1 + bend, y1, x2 - bend, y2, x2 - 4, y2);
    ctx.stroke();
    ctx.beginPath();
    ctx.moveTo(x2, y2);
    ctx.lineTo(x2 - 6, y2 - 3.5);
    ctx.lineTo(x2 - 6, y2 + 3.5);
    ctx.fill();
  }
}

function chosen(ctx, { payload, view, width, selected, hover }) {
  const { op } = payload;
  const outline = (i, weight, colour) => {
    const a = toX(view, width, op.start[i]);
    const b = toX(view, width, op.end[i]);
    ctx.strokeStyle = colour;
    ctx.lineWidth = weight;
    const y = rowTop(view, op.machine[i]) + BAR_TOP;
    ctx.strokeRect(a - 0.5, y - 0.5, Math.max(3, b - a), BAR + 1);
  };
  if (selected >= 0) {
    for (let i = 0; i < op.order.length; i++) if (op.order[i] === op.order[selected]) outline(i, 1.5, INK);
    outline(selected, 3, INK);
  }
  if (hover >= 0 && hover !== selected) outline(hover, 1.5, "#333a42");
}

function axis(ctx, { payload, view, width, height, font }) {
  ctx.fillStyle = "#f6f7f9";
  ctx.fillRect(0, 0, width, HEAD);
  ctx.textBaseline = "alphabetic";
  ctx.textAlign = "left";
  const marks = ticks(payload, view, width);
  const dayAt = (minute) => {
    const at = clock(payload, minute);
    return `${at.weekday} ${at.day} ${at.month}`;
  };
  const daily = marks.length > 1 && marks.every((mark) => mark.day);
  const nowX = toX(view, width, payload.now);
  let dayEnd = 0;
  ctx.font = `600 11px ${font}`;
  const firstDay = marks.find((mark) => mark.day);
  const firstX = firstDay ? toX(view, width, firstDay.minute) : Infinity;
  if (firstX > 76) {
    ctx.fillStyle = INK;
    ctx.fillText(dayAt(view.from), 4, 13);
    dayEnd = 72;
  }
  for (const mark of marks) {
    const x = toX(view, width, mark.minute);
    ctx.strokeStyle = mark.day ? "rgba(27,31,36,0.35)" : "rgba(27,31,36,0.09)";
    ctx.lineWidth = 1;
    line(ctx, Math.round(x) + 0.5, mark.day ? 3 : HEAD - 13, Math.round(x) + 0.5, height);
    if (mark.day && x > dayEnd - 8) {
      ctx.font = `600 11px ${font}`;
      ctx.fillStyle = INK;
      ctx.fillText(mark.label, x + 4, 13);
      dayEnd = x + 72;
    }
    ctx.font = `11px ${font}`;
    ctx.fillStyle = SOFT;
    if (x < width - 32 && !daily && Math.abs(x + 18 - nowX) > 30) ctx.fillText(mark.day ? "00:00" : mark.label, x + 4, HEAD - 5);
  }
  ctx.fillStyle = "#c9ced4";
  ctx.fillRect(0, HEAD - 1, width, 1);
}

function nowLine(ctx, { payload, view, width, height, font }) {
  const x = toX(view, width, payload.now);
  if (x < 0 || x > width) return;
  ctx.strokeStyle = NOW;
  ctx.lineWidth = 2;
  line(ctx, x, HEAD - 12, x, height);
  ctx.font = `700 10px ${font}`;
  ctx.fillStyle = NOW;
  const wide = 26;
  ctx.fillRect(x - wide / 2, 16, wide, 12);
  ctx.fillStyle = "#ffffff";
  ctx.textAlign = "center";
  ctx.textBaseline = "alphabetic";
  ctx.fillText("now", x, 25.5);
  ctx.textAlign = "left";
}

function names(ctx, { payload, view, height, font, measure }, { first, last }) {
  ctx.fillStyle = "#ffffff";
  ctx.fillRect(0, 0, NAMES, height);
  ctx.textBaseline = "middle";
  for (let r = first; r < last; r++) {
    const y = rowTop(view, r);
    const newGroup = r > 0 && payload.groups[r] !== payload.groups[r - 1];
    ctx.fillStyle = newGroup ? "#b9c0c8" : RULE;
    ctx.fillRect(0, y, NAMES, newGroup ? 1 : 0.5);
    const out = payload.out[r];
    if (out) {
      ctx.fillStyle = DOWN_NAME.fill;
      ctx.fillRect(0, y + 1, NAMES, LANE - 1);
    }
    ctx.font = `${out ? "600 " : ""}12px ${font}`;
    ctx.fillStyle = out ? DOWN_NAME.ink : INK;
    const room = NAMES - 10 - (out ? 34 : 0);
    let name = payload.machines[r];
    while (name.length > 3 && measure(name) * 1.09 > room) name = `${name.slice(0, -2)}…`;
    ctx.fillText(name, 6, y + LANE / 2 + 0.5);
    if (out) ctx.fillText("down", NAMES - 35, y + LANE / 2 + 0.5);
  }
  ctx.fillStyle = "#f6f7f9";
  ctx.fillRect(0, 0, NAMES, HEAD);
  ctx.fillStyle = SOFT;
  ctx.font = `600 11px ${font}`;
  ctx.fillText("Machine", 6, HEAD - 10);
  ctx.fillStyle = "#c9ced4";
  ctx.fillRect(0, HEAD - 1, NAMES, 1);
  ctx.fillRect(NAMES - 1, 0, 1, height);
}

function line(ctx, x1, y1, x2, y2) {
  ctx.beginPath();
  ctx.moveTo(x1, y1);
  ctx.lineTo(x2, y2);
  ctx.stroke();
}

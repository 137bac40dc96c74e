// The board: keeps the view, answers pointer and keys, and tells Python what is selected.
// One board per element; Streamlit calls the default export again whenever the data changes.

import {
  HEAD, LANE, canMove, clampView, findOperation, firstView, hit, indexRows, labelOf, landing, neighbour, operationsOf,
  panBy, reveal, spoken, toMinute, zoomAt,
} from "./geometry.js";
import { NAMES, paint } from "./draw.js";
import { chosenColour, colourChoice, swatch } from "./colours.js";
import { hatches } from "./hatches.js";
import { DOUBT_FLAG, legend } from "./palette.js";
import { wordsOf } from "./words.js";

const boards = new WeakMap();

export default function (component) {
  const { parentElement, data, setStateValue, setTriggerValue } = component;
  let board = boards.get(parentElement);
  if (!board) boards.set(parentElement, (board = new Board(parentElement)));
  board.tell = (label) => setStateValue("selected", label);
  board.ask = (what) => setTriggerValue("asked", what);
  board.receive(data);
  return () => {
    board.close();
    boards.delete(parentElement);
  };
}

class Board {
  constructor(parent) {
    this.root = parent.querySelector(".board");
    this.canvas = parent.querySelector("canvas");
    this.tip = parent.querySelector(".tip");
    this.key = parent.querySelector(".legend");
    this.ctx = this.canvas.getContext("2d");
    this.hatch = hatches(this.ctx);
    this.font = getComputedStyle(this.root).fontFamily || "sans-serif";
    this.widths = new Map();
    this.measure = (text) => this.textWidth(text);
    this.payload = null;
    this.waiting = null;
    this.held = null;
    this.drag = null;
    this.selected = -1;
    this.wholeOrder = false;
    this.hover = -1;
    this.focusSeen = null;
    this.frame = 0;
    this.listeners = new AbortController();
    colourChoice(parent.querySelector(".colours"), () => this.recolour());
    this.listen(parent);
    this.watcher = new ResizeObserver(() => this.resize());
    this.watcher.observe(this.root);
  }

  close() {
    this.listeners.abort();
    this.watcher.disconnect();
    cancelAnimationFrame(this.frame);
  }

  // -- data ---------------------------------------------------------------------------------------------------

  receive(data) {
    if (!data) return;
    if (this.held) {
      this.waiting = data; // a new plan does not move the board under the pointer
      return;
    }
    const before = this.payload;
    const label = before && this.selected >= 0 ? labelOf(before, this.selected) : null;
    this.payload = { ...data, colour: chosenColour() };
    const count = data.machines.length;
    this.rows = indexRows(data.op, count);
    this.ghosts = indexRows(data.ghost, count);
    this.closed = indexRows(data.closed, count);
    this.down = indexRows(data.down, count);
    this.hover = -1;
    this.tip.hidden = true;
    this.selected = label ? findOperation(data, label) : -1;
    this.measureRoom();
    if (before && before.board === data.board) {
      const shift = before.origin - data.origin;
      this.view = clampView({ ...this.view, from: this.view.from + shift }, this.bounds);
    } else {
      this.view = firstView(data, this.bounds);
    }
    if (data.focus && data.focus.turn !== this.focusSeen) {
      this.focusSeen = data.focus.turn;
      this.showFocus(data.focus.label);
    }
    this.drawLegend();
    this.draw();
  }

  showFocus(label) {
    let found = findOperation(this.payload, label);
    if (found < 0) found = operationsOf(this.payload, this.payload.orders.indexOf(label))[0] ?? -1;
    if (found < 0) return;
    this.selected = found;
    this.bring(found);
  }

  recolour() {
    if (!this.payload) return;
    this.payload.colour = chosenColour();
    this.drawLegend();
    this.draw();
  }

  drawLegend() {
    const { payload } = this;
    const parts = legend(payload.colour).map(([name, tone]) => swatch(name, "tone", tone.fill));
    parts.push(swatch("late", "late"), swatch("frozen", "frozen"), swatch("changeover", "setup"));
    if (payload.down.machine.length) parts.push(swatch("down", "down"));
    if (payload.op.flags.some((flags) => flags & DOUBT_FLAG)) parts.push(swatch("in doubt", "doubt"));
    parts.push(swatch("closed", "closed"));
    if (payload.ghost.op.length) parts.push(swatch(payload.comparedWith || "compared plan", "ghost"));
    this.key.replaceChildren(...parts);
  }

  // -- size and picture ---------------------------------------------------------------------------------------

  measureRoom() {
    const { payload } = this;
    const rows = payload.machines.length * LANE;
    this.width = Math.max(NAMES + 60, this.root.clientWidth);
    this.height = HEAD + Math.max(LANE * 3, Math.min(rows, (payload.height || 480) - HEAD)) + 1;
    this.bounds = { first: payload.first, last: payload.last, height: rows, room: this.height - HEAD - 1 };
    const ratio = window.devicePixelRatio || 1;
    this.canvas.style.height = `${this.height}px`;
    const [w, h] = [Math.round(this.width * ratio), Math.round(this.height * ratio)];
    if (this.canvas.width !== w || this.canvas.height !== h) {
      this.canvas.width = w;
      this.canvas.height = h;
    }
    this.ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
  }

  resize() {
    if (!this.payload || !this.root.clientWidth) return;
    this.measureRoom();
    this.view = clampView(this.view, this.bounds);
    this.draw();
  }

  get plot() {
    return this.width - NAMES;
  }

  draw() {
    if (!this.frame) this.frame = requestAnimationFrame(() => this.render());
  }

  render() {
    this.frame = 0;
    const { payload, view } = this;
    if (!payload) return;
    const began = performance.now();
    const order = this.selected >= 0 ? payload.op.order[this.selected] : -1;
    const dimmed = this.wholeOrder && order >= 0 ? (i) => payload.op.order[i] === order : null;
    paint(this.ctx, { ...this, dimmed });
    const { dataset } = this.root;
    dataset.drawMs = (performance.now() - began).toFixed(2);
    dataset.view = `${view.from.toFixed(1)} ${view.span.toFixed(1)} ${Math.round(view.top)}`;
    dataset.selected = this.selected >= 0 ? labelOf(payload, this.selected) : "";
    dataset.chain = this.selected >= 0 ? String(operationsOf(payload, order).length) : "0";
    dataset.ghosts = String(payload.ghost.op.length);
    dataset.operations = String(payload.op.order.length);
    dataset.down = payload.machines.filter((_, row) => payload.out[row]).join(" ");
    dataset.revision = payload.revision;
    dataset.ready = "1";
  }

  textWidth(text) {
    let width = this.widths.get(text);
    if (width === undefined) {
      const font = this.ctx.font;
      this.ctx.font = `11px ${this.font}`;
      width = this.ctx.measureText(text).width;
      this.ctx.font = font;
      if (this.widths.size > 20000) this.widths.clear();
      this.widths.set(text, width);
    }
    return width;
  }

  // -- acts ---------------------------------------------------------------------------------------------------

  zoom(factor, x = this.plot / 2) {
    this.view = zoomAt(this.view, this.plot, x, factor, this.bounds);
    this.draw();
  }

  fit() {
    this.view = clampView({ from: this.bounds.first, span: this.bounds.last - this.bounds.first, top: 0 }, this.bounds);
    this.draw();
  }

  toNow() {
    this.view = clampView({ ...this.view, from: this.payload.now - this.view.span * 0.05 }, this.bounds);
    this.draw();
  }

  bring(i) {
    const { op } = this.payload;
    this.view = reveal(this.view, op.machine[i], op.start[i], op.end[i], this.bounds);
    this.draw();
  }

  select(i, wholeOrder = false) {
    this.selected = i;
    this.wholeOrder = wholeOrder && i >= 0;
    this.draw();
    this.tell(i < 0 ? null : wholeOrder ? this.payload.orders[this.payload.op.order[i]] : labelOf(this.payload, i));
  }

  showOrder(i) {
    this.select(i, true);
    const { op } = this.payload;
    const members = operationsOf(this.payload, op.order[i]);
    const start = Math.min(...members.map((m) => op.start[m]));
    const end = Math.max(...members.map((m) => op.end[m]));
    const span = Math.max(this.view.span, (end - start) * 1.15);
    this.view = clampView({ from: start - (span - (end - start)) / 2, span, top: this.view.top }, this.bounds);
    this.draw();
  }

  // -- pointer and keys ---------------------------------------------------------------------------------------

  listen(parent) {
    const on = (target, type, act, options = {}) =>
      target.addEventListener(type, act, { signal: this.listeners.signal, ...options });
    const buttons = { in: () => this.zoom(0.6), out: () => this.zoom(1 / 0.6), fit: () => this.fit(), now: () => this.toNow() };
    for (const button of parent.querySelectorAll("button[data-act]")) {
      on(button, "click", () => this.payload && buttons[button.dataset.act]());
    }
    on(this.canvas, "pointerdown", (event) => this.press(event));
    on(this.canvas, "pointermove", (event) => this.move(event));
    on(this.canvas, "pointerup", (event) => this.lift(event));
    on(this.canvas, "pointercancel", (event) => this.lift(event, true));
    on(this.canvas, "pointerleave", () => this.point(-1));
    on(this.canvas, "dblclick", (event) => {
      const i = this.at(event);
      if (i >= 0) this.showOrder(i);
    });
    on(this.canvas, "wheel", (event) => this.wheel(event), { passive: false });
    // Streamlit listens for single keys on the document ("r" runs the app again): none may leave the board. With Ctrl
    // they are shortcuts of the page (Ctrl+Enter re-plans), which hold here too
    for (const type of ["keydown", "keyup", "keypress"]) {
      on(this.root, type, (event) => {
        if (!event.ctrlKey && !event.metaKey) event.stopPropagation();
      });
    }
    on(this.canvas, "keydown", (event) => this.type(event));
  }

  place(event) {
    const box = this.canvas.getBoundingClientRect();
    return { x: event.clientX - box.left - NAMES, y: event.clientY - box.top };
  }

  at(event) {
    const { x, y } = this.place(event);
    return !this.payload || x < 0 ? -1 : hit(this.payload, this.rows, this.view, this.plot, x, y);
  }

  press(event) {
    if (!this.payload || event.button !== 0) return;
    this.canvas.setPointerCapture(event.pointerId);
    this.held = { x: event.clientX, y: event.clientY, moved: false };
    const i = this.at(event);
    if (i < 0 || i !== this.selected || !canMove(this.payload, i)) return;
    // only the bar that is chosen already is dragged; from any other place the picture moves
    this.held.op = i;
    this.held.grip = toMinute(this.view, this.plot, this.place(event).x) - this.payload.op.start[i];
  }

  dragTo(event) {
    const { op, grip } = this.held;
    const { x, y } = this.place(event);
    const at = landing(this.payload, this.view, this.plot, op, grip, x, y);
    this.drag = { op, at };
    const words = at.ok ? "let go to pin it here" : `${this.payload.machines[at.row]} cannot do it`;
    this.showTip(event, [labelOf(this.payload, op), `${this.payload.machines[at.row]}, ${spoken(this.payload, at.start)}`, words]);
    this.draw();
  }

  /** Asks for a pin of operation i at a place; Python opens the form. */
  pin(i, row, start) {
    const { payload } = this;
    this.ask({ pin: labelOf(payload, i), machine: payload.machines[row], start, revision: payload.revision });
  }

  move(event) {
    if (!this.payload) return;
    const { held } = this;
    if (!held) return this.point(this.at(event), event);
    const [dx, dy] = [event.clientX - held.x, event.clientY - held.y];
    if (!held.moved && Math.hypot(dx, dy) < 4) return;
    Object.assign(held, { x: event.clientX, y: event.clientY, moved: true });
    this.canvas.classList.add("panning");
    if (held.op !== undefined) return this.dragTo(event);
    this.tip.hidden = true;
    this.view = panBy(this.view, this.plot, dx, dy, this.bounds);
    this.draw();
  }

  lift(event, cancelled = false) {
    const { held } = this;
    if (!held) return;
    this.held = null;
    this.canvas.classList.remove("panning");
    const { drag } = this;
    this.drag = null;
    if (drag) {
      this.tip.hidden = true;
      this.draw();
      if (drag.at.ok && !cancelled) this.pin(drag.op, drag.at.row, drag.at.start);
    } else if (!held.moved && !cancelled) {
      const i = this.at(event);
      if (i !== this.selected || this.wholeOrder) this.select(i);
    }
    const waiting = this.waiting;
    this.waiting = null;
    if (waiting) this.receive(waiting);
  }

  wheel(event) {
    if (!this.payload) return;
    if (event.ctrlKey || event.metaKey) {
      event.preventDefault();
      this.tip.hidden = true;
      this.zoom(Math.exp(Math.max(-60, Math.min(60, event.deltaY)) / 180), this.place(event).x);
      return;
    }
    const sideways = event.shiftKey ? event.deltaX || event.deltaY : event.deltaX;
    const next = panBy(this.view, this.plot, -sideways, event.shiftKey ? 0 : -event.deltaY, this.bounds);
    if (next.from === this.view.from && next.top === this.view.top) return; // nothing to scroll here: the page's turn
    event.preventDefault();
    this.tip.hidden = true;
    this.view = next;
    this.draw();
  }

  type(event) {
    const { key } = event;
    if (!this.payload || event.ctrlKey || event.metaKey || event.altKey) return;
    this.tip.hidden = true;
    this.hover = -1;
    const acts = { "+": () => this.zoom(0.6), "-": () => this.zoom(1 / 0.6), 0: () => this.fit(), Home: () => this.toNow() };
    if (key === "Escape" && this.held) this.lift(event, true);
    else if (key.startsWith("Arrow")) {
      const next = neighbour(this.payload, this.rows, this.selected, key);
      if (next >= 0) {
        this.bring(next);
        this.select(next);
      }
    } else if (key === "Escape") this.select(-1);
    else if (key === "Enter" && this.selected >= 0) this.showOrder(this.selected);
    else if (key === "p" && canMove(this.payload, this.selected)) {
      const { op } = this.payload;
      this.pin(this.selected, op.machine[this.selected], op.start[this.selected]);
    } else if (acts[key]) acts[key]();
    else return;
    event.preventDefault();
  }

  point(i, event) {
    if (i !== this.hover) {
      this.hover = i;
      this.draw();
    }
    this.canvas.style.cursor = i >= 0 ? "pointer" : "grab";
    if (i < 0) {
      this.tip.hidden = true;
      return;
    }
    this.showTip(event, wordsOf(this.payload, i));
  }

  showTip(event, lines) {
    const { x, y } = this.place(event);
    this.tip.replaceChildren(...lines.map((text) => Object.assign(document.createElement("div"), { textContent: text })));
    this.tip.hidden = false;
    const left = Math.min(x + NAMES + 14, this.width - this.tip.offsetWidth - 6);
    const below = y + 18 + this.tip.offsetHeight < this.height;
    this.tip.style.left = `${Math.max(0, left)}px`;
    this.tip.style.top = `${below ? y + 18 : Math.max(0, y - this.tip.offsetHeight - 10)}px`;
  }
}

// Colours of the Okabe-Ito set, and which operation wears which. No meaning rests on a colour alone:
// late has a corner flag, running and paused a dark edge, frozen a hatch, pinned an outline, in doubt a "?", done no border.

export const WAITING = 0;
export const RUNNING = 1;
export const DONE = 2;
export const PAUSED = 3;

export const FROZEN_FLAG = 1;
export const PINNED_FLAG = 2;
export const MOVED_FLAG = 4;
export const DOUBT_FLAG = 8;

// The ink of a label stands out from its fill at least 4.5 : 1 (WCAG 2.2, 1.4.3); a test counts it for every tone.
const DARK = "#140700";
export const LIGHT = "#ffffff";
const SKY = { fill: "#56B4E9", ink: "#06263b" };
const BLUE = { fill: "#0072B2", ink: LIGHT };
const ORANGE = { fill: "#E69F00", ink: "#2d2000" };
const VERMILLION = { fill: "#D55E00", ink: DARK };
const GREEN = { fill: "#009E73", ink: DARK };
const PURPLE = { fill: "#CC79A7", ink: "#33091f" };
const YELLOW = { fill: "#F0E442", ink: "#2d2a00" };
const GREY = { fill: "#9BA1A8", ink: "#14181d" };
const MINT = { fill: "#7FCDBB", ink: "#06332a" };
/** What is not of the order that is looked at. */
export const FADED = { fill: "#DFE4EA", ink: "#535b66" };
/** The name of a machine that is down. */
export const DOWN_NAME = { fill: "#A33C00", ink: LIGHT };

const ORDER_TONES = [SKY, ORANGE, GREEN, PURPLE, BLUE, YELLOW, VERMILLION, MINT];
/** Every tone on which something is written. */
export const TONES = [...ORDER_TONES, GREY, FADED, DOWN_NAME];
const TIGHT_MINUTES = 480;

/** Whether operation i has been started and keeps its machine. */
export function keepsMachine(op, i) {
  return op.state[i] === RUNNING || op.state[i] === PAUSED;
}

/** The tones in use, as [name, tone], for the legend of a way to colour. */
export function legend(colourBy) {
  if (colourBy === "status") return [["planned", SKY], ["frozen", PURPLE], ["running", BLUE], ["done", GREY]];
  if (colourBy === "order") return [["one colour per order", SKY], ["", ORANGE], ["", GREEN], ["", PURPLE]];
  return [["on time", SKY], ["slack under 8 h", ORANGE], ["late", VERMILLION], ["running", BLUE], ["done", GREY]];
}

/** The tone of operation i: by the lateness of its order, by order, or by status. */
export function toneOf(payload, i) {
  const { op, colour } = payload;
  if (colour === "order") return ORDER_TONES[(op.order[i] * 5) % ORDER_TONES.length];
  if (op.state[i] === DONE) return GREY;
  if (colour === "status") {
    if (keepsMachine(op, i)) return BLUE;
    return op.flags[i] & FROZEN_FLAG ? PURPLE : SKY;
  }
  if (op.late[i] > 0) return VERMILLION;
  if (keepsMachine(op, i)) return BLUE;
  return op.late[i] > -TIGHT_MINUTES ? ORANGE : SKY;
}

// What is said of an operation under the pointer.

import { labelOf, spoken, spokenDuration } from "./geometry.js";
import { DONE, DOUBT_FLAG, FROZEN_FLAG, MOVED_FLAG, PAUSED, PINNED_FLAG, RUNNING } from "./palette.js";

export function wordsOf(payload, i) {
  const { op } = payload;
  const lines = [`${labelOf(payload, i)}  ·  ${payload.machines[op.machine[i]]}`];
  if (payload.details?.[i]) lines.push(payload.details[i]);
  lines.push(`${spoken(payload, op.start[i])} → ${spoken(payload, op.end[i])}`);
  if (op.setup[i] >= 0) lines.push(`changeover from ${spoken(payload, op.setup[i])}, ${spokenDuration(op.start[i] - op.setup[i])}`);
  const state = { [DONE]: "done", [RUNNING]: "running", [PAUSED]: "paused" }[op.state[i]] ?? "planned";
  const late = op.late[i] > 0 ? `order ${spokenDuration(op.late[i])} late` : `order ${spokenDuration(op.late[i])} early`;
  const marks = [state, late];
  if (op.flags[i] & FROZEN_FLAG) marks.push("frozen");
  if (op.flags[i] & PINNED_FLAG) marks.push("pinned");
  if (op.flags[i] & MOVED_FLAG) marks.push("moved");
  if (op.flags[i] & DOUBT_FLAG) marks.push("in doubt");
  lines.push(marks.join(" · "));
  return lines;
}

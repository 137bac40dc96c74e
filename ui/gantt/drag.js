// A bar that is dragged: where it would land, and who could do it.

import { BAR, BAR_TOP, LANE, eligibleRows, rowTop, toX } from "./geometry.js";

/** While a bar is dragged: the rows that cannot do it pale, and where it would land. */
export function dragged(ctx, { payload, view, width, drag }, { first, last }) {
  if (!drag) return;
  const able = new Set(eligibleRows(payload, drag.op));
  for (let r = first; r < last; r++) {
    if (able.has(r)) continue;
    ctx.fillStyle = "rgba(255, 255, 255, 0.72)";
    ctx.fillRect(0, rowTop(view, r) + 1, width, LANE - 1);
  }
  const { start, row, ok } = drag.at;
  const a = toX(view, width, start);
  const b = toX(view, width, start + payload.op.end[drag.op] - payload.op.start[drag.op]);
  const y = rowTop(view, row) + BAR_TOP;
  ctx.fillStyle = ok ? "rgba(0, 102, 74, 0.35)" : "rgba(163, 60, 0, 0.35)";
  ctx.fillRect(a, y, Math.max(3, b - a), BAR);
  ctx.strokeStyle = ok ? "#00664a" : "#a33c00";
  ctx.lineWidth = 2;
  ctx.strokeRect(a, y, Math.max(3, b - a), BAR);
}

// What is drawn over a fill as a second cue: frozen, out of order, in service, being set up.

/** Hatches as canvas patterns, made once per canvas. */
export function hatches(ctx) {
  const make = (size, colour, weight, rising) => {
    const tile = document.createElement("canvas");
    tile.width = tile.height = size;
    const pen = tile.getContext("2d");
    pen.strokeStyle = colour;
    pen.lineWidth = weight;
    for (const shift of [-size, 0, size]) {
      pen.beginPath();
      pen.moveTo(shift - 1, rising ? size + 1 : -1);
      pen.lineTo(shift + size + 1, rising ? -1 : size + 1);
      pen.stroke();
    }
    return ctx.createPattern(tile, "repeat");
  };
  return {
    frozen: make(7, "rgba(255,255,255,0.45)", 1.6, true),
    broken: make(7, "rgba(213,94,0,0.75)", 1.4, false),
    service: make(7, "rgba(90,100,112,0.6)", 1.2, false),
    setup: make(4, "rgba(40,46,54,0.75)", 1, true),
  };
}

// Whether what is written on the board can be read: node --test tests/ui/palette.test.mjs
import assert from "node:assert/strict";
import { test } from "node:test";

import { TONES, legend, toneOf } from "../../ui/gantt/palette.js";

/** Relative luminance of #rrggbb, by WCAG 2.2. */
function luminance(colour) {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const c = parseInt(colour.slice(at, at + 2), 16) / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a, b) {
  const [dark, light] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (light + 0.05) / (dark + 0.05);
}

test("black on white is 21 : 1 and a colour on itself 1 : 1", () => {
  assert.equal(Math.round(contrast("#000000", "#ffffff")), 21);
  assert.equal(contrast("#D55E00", "#D55E00"), 1);
});

test("every label stands out from its bar at least 4.5 : 1", () => {
  for (const { fill, ink } of TONES) {
    assert.ok(contrast(fill, ink) >= 4.5, `${ink} on ${fill}: ${contrast(fill, ink).toFixed(2)}`);
  }
});

test("dark labels stand out under the white of a hatch and of a pause too", () => {
  const mixed = (colour, share) =>
    `#${[1, 3, 5].map((at) => Math.round(parseInt(colour.slice(at, at + 2), 16) * (1 - share) + 255 * share).toString(16).padStart(2, "0")).join("")}`;
  for (const { fill, ink } of TONES.filter((tone) => tone.ink !== "#ffffff")) {
    assert.ok(contrast(mixed(fill, 0.62), ink) >= 4.5, `${ink} on a pause in ${fill}`);
  }
});

test("every tone that an operation or the legend wears is among them", () => {
  const known = new Set(TONES.map((tone) => tone.fill));
  for (const colour of ["lateness", "order", "status"]) {
    for (const [, tone] of legend(colour)) assert.ok(known.has(tone.fill));
    for (let state = 0; state < 4; state++) {
      for (const late of [-1000, -10, 10]) {
        for (const flags of [0, 1]) {
          const payload = { colour, op: { order: [3], state: [state], late: [late], flags: [flags] } };
          assert.ok(known.has(toneOf(payload, 0).fill));
        }
      }
    }
  }
});

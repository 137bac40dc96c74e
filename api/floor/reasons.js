// What a person can choose with one touch; anything else is typed.

export const PAUSE = ["Break", "Tool", "Material", "Quality", "Nobody free", "Set-up"];
export const DOWN = ["Tool break", "Mechanical", "Electrical", "Control", "Hydraulics or air", "Coolant"];
export const ASIDE = ["Urgent order", "Tool", "Material", "Quality"];
export const BACK_UP = [
  ["Not known", null],
  ["15 min", 15],
  ["30 min", 30],
  ["1 h", 60],
  ["2 h", 120],
  ["4 h", 240],
  ["8 h", 480],
];

// By what the bars are coloured: the board's own choice, so that the server is asked nothing and sends nothing again.

const WAYS = { lateness: "Lateness", order: "Order", status: "Status" };
let colouredBy = "lateness"; // of every board of the page, and still when a board is opened again

export function chosenColour() {
  return colouredBy;
}

/** Fills a place with the ways to colour; `told` is called when another one is chosen. */
export function colourChoice(place, told) {
  place.replaceChildren(...Object.entries(WAYS).map(([way, words]) => {
    const label = document.createElement("label");
    const radio = Object.assign(document.createElement("input"), { type: "radio", name: "colour", value: way });
    radio.checked = way === colouredBy;
    radio.addEventListener("change", () => {
      colouredBy = way;
      told();
    });
    label.append(radio, words);
    return label;
  }));
}

/** A mark with its name, for the legend. */
export function swatch(name, kind, colour) {
  const item = document.createElement("span");
  item.className = "item";
  const mark = document.createElement("i");
  mark.className = `mark ${kind}`;
  if (colour) mark.style.background = colour;
  item.append(mark, name);
  return item;
}

// A finger on the map scrolls the page, until its owner says that it shall drive: a button on the map, where there are
// fingers.

class Touch {
  constructor() {
    this.drives = false;
    this.button = Object.assign(document.createElement("button"), { type: "button", className: "driven-touch" });
    Object.assign(this.button.style, {
      position: "absolute", left: "4px", top: "36px", zIndex: 5, padding: "8px 12px", borderRadius: "8px", border: "1px solid #8c8c8c",
      background: "#261f19", color: "#f3e9dc", font: "14px/1.2 sans-serif",
    });
    this.button.addEventListener("click", () => ((this.drives = !this.drives), this.say()));
  }

  // Whether an event is of a finger, or of the mouse that browsers play after a finger's tap.
  static of = (event) =>
    event.pointerType === "touch" || event.type.startsWith("touch") || event.sourceCapabilities?.firesTouchEvents === true;

  // offered: whether a drag across the chart drives.
  put(chart, offered) {
    this.chart = chart;
    this.offered = offered;
    this.button.hidden = !offered || !matchMedia("(any-pointer: coarse)").matches;
    if (this.button.parentElement !== chart) chart.append(this.button);
    this.say();
  }

  say() {
    this.button.textContent = this.drives ? "Touch drives: let it scroll" : "Touch scrolls: let it drive";
    for (const layer of this.chart.querySelectorAll(".nsewdrag"))
      layer.style.touchAction = !this.offered ? "" : this.drives ? "none" : "pan-y pinch-zoom";
  }

  leave() {
    this.button.remove();
  }
}

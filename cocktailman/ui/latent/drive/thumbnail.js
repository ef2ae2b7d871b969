// What the point under the pointer is: the drink, as it is rebuilt, and left of that the true picture where it ships.

const SIDE = 112; // px of one picture

class Thumbnail {
  constructor() {
    this.element = Object.assign(document.createElement("div"), { className: "driven-thumbnail", hidden: true });
    this.element.innerHTML = `<canvas class="truth"></canvas><canvas class="rebuilt"></canvas><div></div>`;
    const [truth, rebuilt, name] = this.element.children;
    Object.assign(this, { truth, rebuilt, name });
    Object.assign(this.element.style, {
      position: "fixed", zIndex: 1000, pointerEvents: "none", borderRadius: "8px", overflow: "hidden", lineHeight: 0,
      background: "#261f19", boxShadow: "0 2px 12px rgba(0, 0, 0, 0.4)",
    });
    for (const canvas of [truth, rebuilt]) Object.assign(canvas.style, { width: `${SIDE}px`, height: `${SIDE}px` });
    Object.assign(name.style, { color: "#f3e9dc", font: "12px/1 sans-serif", padding: "5px 8px", overflowWrap: "anywhere" });
    document.body.append(this.element);
  }

  // truth: a promise of the true picture; undefined where there is none.
  show({ clientX: x, clientY: y }, name, truth) {
    const width = SIDE * (truth ? 2 : 1);
    this.name.textContent = name;
    this.name.hidden = !name;
    this.truth.hidden = !truth;
    this.truth.width = this.truth.height = 2 * SIDE; // which also empties it
    this.shown = truth;
    truth?.then((picture) => this.shown === truth && this.truth.getContext("2d").drawImage(picture, 0, 0, 2 * SIDE, 2 * SIDE));
    this.element.hidden = false;
    const height = this.element.offsetHeight;
    Object.assign(this.element.style, {
      width: `${width}px`, left: `${Math.max(0, Math.min(x + 18, innerWidth - width - 12))}px`,
      top: `${y > height + 38 ? y - height - 18 : y + 18}px`,
    });
  }

  hide() {
    this.element.hidden = true;
  }
}

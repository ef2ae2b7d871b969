// One slider a number of the style, with its name and a lock; and others, each along a direction or away from the mean.

class Sliders {
  // extra: {name, vector} each, of unit length.
  constructor(element, names, extra, limit, { onMove, onRest, onLock }) {
    const numbers = names.map((name, at) => ({
      short: `z${at + 1}`, name, at,
      read: (style) => style[at],
      write: (style, value) => style.with(at, value),
    }));
    const along = extra.map(({ name, vector }) => ({
      short: "", name,
      read: (style) => dot(style, vector),
      write: (style, value) => style.map((number, at) => number + (value - dot(style, vector)) * vector[at]),
    }));
    const truncation = {
      short: "ψ", name: "truncation: all numbers, towards the mean or away", least: 0,
      read: (style) => Math.sqrt(dot(style, style) / style.length),
      write: (style, value) => style.map((number) => number * value / (truncation.read(style) || 1)),
    };
    const more = Object.assign(document.createElement("details"), { className: "more" });
    more.innerHTML = "<summary>Directions and truncation</summary>";
    this.rows = [...numbers, truncation, ...along].map((kind) => {
      const row = this.row(kind, limit, onMove, onRest, onLock);
      (kind.at === undefined ? more : element).append(row.element);
      return row;
    });
    element.append(more);
  }

  row(kind, limit, onMove, onRest, onLock) {
    const { short, name, at, least = -limit } = kind;
    const element = document.createElement("div");
    element.className = "row";
    element.innerHTML = `<label><b></b><span></span></label><output></output>
      <button type="button" class="lock" aria-pressed="false"></button><input type="range" step="0.01">`;
    const [slider, lock] = [element.querySelector("input"), element.querySelector("button")];
    element.querySelector("b").textContent = short;
    element.querySelector("span").textContent = name;
    element.querySelector("label").title = name;
    slider.id = `driven-${at === undefined ? name : at + 1}`;
    element.querySelector("label").htmlFor = slider.id;
    slider.setAttribute("aria-label", `${short} ${name}`.trim());
    Object.assign(slider, { min: least, max: limit });
    slider.addEventListener("input", () => onMove((style) => kind.write(style, Number(slider.value))));
    slider.addEventListener("change", onRest);
    slider.addEventListener("dblclick", () => slider.disabled || (onMove((style) => kind.write(style, 0)), onRest()));
    if (at === undefined) lock.remove();
    else lock.addEventListener("click", () => onLock(at));
    return { kind, element, slider, lock, output: element.querySelector("output") };
  }

  show(style, locked) {
    for (const { kind, slider, lock, output } of this.rows) {
      const [value, { at, short, least }] = [kind.read(Array.from(style)), kind];
      const most = Math.ceil(Math.abs(value)); // a link may lead farther than all pictures
      if (most > Number(slider.max)) Object.assign(slider, { min: least ?? -most, max: most });
      slider.value = value;
      output.textContent = `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(2)} σ`;
      if (at === undefined) continue;
      slider.disabled = locked[at];
      lock.textContent = locked[at] ? "lock" : "lock_open_right"; // the names of icons in the font of the page
      lock.setAttribute("aria-pressed", locked[at]);
      lock.title = locked[at] ? `unlock ${short}` : `lock ${short}: nothing moves it then`;
      lock.setAttribute("aria-label", lock.title);
    }
  }
}

const dot = (one, other) => one.reduce((sum, number, at) => sum + number * other[at], 0);

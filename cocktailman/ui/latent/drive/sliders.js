// One slider a number of the style, with its name and a lock.

class Sliders {
  constructor(element, names, limit, { onMove, onRest, onLock }) {
    this.rows = names.map((name, at) => {
      const row = document.createElement("div");
      row.className = "row";
      row.innerHTML = `<label><b></b><span></span></label><output></output>
        <button type="button" class="lock" aria-pressed="false"></button><input type="range" step="0.01">`;
      const [slider, lock] = [row.querySelector("input"), row.querySelector("button")];
      row.querySelector("b").textContent = `z${at + 1}`;
      row.querySelector("span").textContent = name;
      slider.id = `driven-${at + 1}`;
      row.querySelector("label").htmlFor = slider.id;
      slider.setAttribute("aria-label", `z${at + 1} ${name}`.trim());
      Object.assign(slider, { min: -limit, max: limit });
      slider.addEventListener("input", () => onMove(at, Number(slider.value)));
      slider.addEventListener("change", onRest);
      slider.addEventListener("dblclick", () => slider.disabled || (onMove(at, 0), onRest()));
      lock.addEventListener("click", () => onLock(at));
      element.append(row);
      return { slider, lock, output: row.querySelector("output") };
    });
  }

  show(style, locked) {
    this.rows.forEach(({ slider, lock, output }, at) => {
      const most = Math.ceil(Math.abs(style[at]));
      if (most > Number(slider.max)) Object.assign(slider, { min: -most, max: most });
      slider.value = style[at];
      slider.disabled = locked[at];
      output.textContent = `${style[at] < 0 ? "−" : "+"}${Math.abs(style[at]).toFixed(2)} σ`;
      lock.textContent = locked[at] ? "lock" : "lock_open_right"; // the names of icons in the font of the page
      lock.setAttribute("aria-pressed", locked[at]);
      lock.title = locked[at] ? `unlock z${at + 1}` : `lock z${at + 1}: nothing moves it then`;
      lock.setAttribute("aria-label", lock.title);
    });
  }
}

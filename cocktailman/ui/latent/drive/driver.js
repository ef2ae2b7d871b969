// The driver's seat: sliders, picture, and the path on the map, all in the visitor's browser; the server hears of it
// when the hand rests.

const REST = 300; // ms without a move, after which a keyboard is taken to rest
const LONGEST = 600; // styles of a path that are kept
const STROKE = 80; // ms between two looks of the path on the map: drawing over a chart takes longer than painting
const STILL = 5; // px that a hand may move within a click
const LOOK = 50; // ms in which Plotly finds the point under a tap: it looks once a frame
const REACH = { mouse: 6, finger: 22 }; // px from a point, within which a click is on it
const drivers = new WeakMap(); // the element a driver lives in -> the driver

class Driver {
  constructor(root) {
    this.root = root;
    this.picture = root.querySelector(".picture");
    this.caption = root.querySelector(".caption");
    this.thumbnail = new Thumbnail();
    this.floating = new Floating(this.picture, root.querySelector(".sliders"));
    this.touch = new Touch();
    const listen = { capture: true, signal: (this.leaving = new AbortController()).signal };
    for (const name of ["mousedown", "touchstart"])
      document.addEventListener(name, (event) => this.keep(event), { ...listen, passive: false });
    document.addEventListener("pointerdown", (event) => this.press(event), listen);
    document.addEventListener("pointermove", (event) => this.held && this.follow(event), listen);
    for (const name of ["pointerup", "pointercancel"])
      document.addEventListener(name, (event) => this.held && this.release(event), listen);
    document.addEventListener("mousemove", (event) => (this.pointer = event), { ...listen, passive: true });
    document.addEventListener("click", (event) => this.click(event), listen);
    watchFiles(listen.signal);
    document.addEventListener("scroll", () => this.thumbnail.hide(), { ...listen, passive: true });
  }

  // Takes what the server says; a style only where it is a new one, for the hand on a slider knows better.
  update(data, tell, visit) {
    Object.assign(this, { data, tell, visit });
    const decoder = `${data.decoder} ${data.names} ${JSON.stringify(data.extra)}`;
    if (this.decoder !== decoder) {
      this.decoder = decoder;
      this.painter?.leave();
      this.painter = new Painter(data.decoder, data.size, (why) => this.showMessage(`Painting in this browser failed: ${why}`));
      const place = this.root.querySelector(".sliders");
      const opened = place.querySelector("details")?.open;
      place.replaceChildren();
      this.sliders = new Sliders(place, data.names, data.extra, data.limit, {
        onMove: (write) => this.move(write(Array.from(this.style))),
        onRest: () => this.rest(),
        onLock: (at) => this.lock(at),
      });
      place.querySelector("details").open = Boolean(opened);
    }
    if (this.revision !== data.revision) {
      this.revision = data.revision;
      this.style = data.style;
      this.locked = data.locked;
      this.path = [data.style];
      this.places = [];
    }
    this.sliders.show(this.style, this.locked);
    this.readMap(data.map);
    this.paint();
  }

  async readMap(map) {
    if (this.mapped === JSON.stringify(map)) return this.chart?.draw();
    this.mapped = JSON.stringify(map);
    this.chart?.remove();
    this.chart = this.mapping = undefined;
    if (!map) return;
    const colour = getComputedStyle(this.root.host ?? this.root).getPropertyValue("--st-primary-color") || "#b3472e";
    const chart = new Chart(map.chart, map.dimensions, colour);
    const mapping = await Mapping.load(map, this.style.length).catch((error) => this.showMessage(error.message));
    if (!mapping || this.mapped !== JSON.stringify(map)) return; // another came meanwhile
    Object.assign(this, { chart, mapping, places: [] });
    this.drawPath();
    this.awaitChart(chart);
  }

  // The chart may be drawn after this: its points are heard from as soon as it is there.
  awaitChart(chart) {
    if (this.chart !== chart) return;
    const element = chart.element;
    if (element) {
      this.floating.watch(element);
      this.touch.put(element, this.paints);
    }
    if (element && this.listened !== element) {
      this.listened = element;
      element.on("plotly_hover", ({ points }) => this.hover(points[0]));
      element.on("plotly_unhover", () => this.hover());
      chart.draw();
    }
    setTimeout(() => this.awaitChart(chart), element ? 1000 : 100);
  }

  move(style) {
    this.style = Array.from(style, (value, at) => (this.locked[at] ? this.style[at] : value));
    this.sliders.show(this.style, this.locked);
    this.paint();
    clearTimeout(this.resting);
    this.resting = setTimeout(() => this.held || this.rest(), REST);
  }

  lock(at) {
    this.locked = this.locked.with(at, !this.locked[at]);
    this.sliders.show(this.style, this.locked);
    this.rest();
  }

  paint() {
    this.painter.paint(this.picture, this.style, this.data.recipe, (style) => this.painted(style));
  }

  painted(style) {
    this.caption.textContent = "";
    this.picture.dataset.frames = Number(this.picture.dataset.frames ?? 0) + 1;
    this.floating.show();
    const before = this.path.at(-1);
    if (style.every((value, at) => Math.abs(value - before[at]) < 1e-6)) return;
    this.path.push(Array.from(style));
    if (this.path.length > LONGEST) {
      this.path.shift();
      this.places.shift();
    }
    this.stroke ??= setTimeout(() => this.drawPath(), STROKE);
  }

  drawPath() {
    this.stroke = clearTimeout(this.stroke);
    if (!this.mapping) return;
    for (const style of this.path.slice(this.places.length)) this.places.push(this.mapping.placeOf(style));
    this.chart.show(this.places);
  }

  get paints() {
    return Boolean(this.mapping && this.data.map?.paint);
  }

  // Whether a press is for driving: then the map is not to hear of it, nor where the finger only scrolls.
  drives(event) {
    return this.paints && event.button !== 2 && this.chart.holds(event);
  }

  // Plotly would start to pan, and where a finger drives, the page to scroll.
  keep(event) {
    if (!this.drives(event)) return;
    event.stopPropagation();
    if (this.touch.drives && event.type === "touchstart") event.preventDefault();
  }

  press(event) {
    this.pressed = event;
    if (!this.drives(event) || (Touch.of(event) && !this.touch.drives)) return;
    this.held = true;
    this.follow(event);
    Object.assign(this, { path: [this.style], places: [] }); // where the press began, so does the path
  }

  release(event) {
    this.held = false;
    if (this.isStill(event) && this.isOnPoint(event)) this.go();
    else this.rest();
  }

  // In space only a point can be gone to: what lies between the points has no depth there. On a plane a finger that
  // scrolls taps where a mouse would press.
  click(event) {
    const { chart } = this;
    if (!chart?.holds(event) || !this.isStill(event)) return;
    if (chart.flat && !(this.paints && Touch.of(event) && !this.touch.drives)) return;
    setTimeout(() => {
      if (chart.flat ? this.isOnPoint(event) : this.hovered >= 0) this.go();
      else if (chart.flat) this.follow(event);
    }, LOOK);
  }

  isStill(event) {
    return Math.hypot(event.clientX - this.pressed.clientX, event.clientY - this.pressed.clientY) <= STILL;
  }

  // Whether a click is on the point that Plotly has found, which may be farther off.
  isOnPoint(event) {
    const reach = Touch.of(event) ? REACH.finger : REACH.mouse;
    return this.hovered >= 0 && this.chart.distanceTo(this.spot, event) <= reach;
  }

  go() {
    clearTimeout(this.resting); // the server knows where this leads
    this.visit(this.hovered);
  }

  follow(event) {
    if (!this.chart.element) return;
    const { limit } = this.data; // far outside all pictures a linear map asks for styles that no slider has
    const style = this.mapping.styleAt(this.chart.placeOf(event), this.style);
    this.move(Array.from(style, (value) => Math.max(-limit, Math.min(value, limit))));
  }

  hover(point) {
    const { mapping } = this;
    const row = (this.hovered = [point?.customdata].flat()[0]);
    this.spot = point && [point.x, point.y];
    if (!(row >= 0)) this.thumbnail.hide();
    if (!mapping || !(row >= 0) || this.held) return;
    this.painter.paint(this.thumbnail.rebuilt, mapping.style(row), mapping.recipe(row, this.data.recipe), () => {
      if (this.hovered === row && this.pointer) this.thumbnail.show(this.pointer, mapping.drink(row), mapping.truth(row));
    });
  }

  rest() {
    clearTimeout(this.resting);
    const round = (style) => Array.from(style, (value) => Math.round(value * 1e4) / 1e4);
    this.tell({ style: round(this.style), locked: this.locked, path: this.path.map(round) });
  }

  showMessage(text) {
    this.caption.textContent = text;
  }

  leave() {
    this.leaving.abort();
    this.chart?.remove();
    this.chart = undefined;
    this.thumbnail.element.remove();
    this.floating.leave();
    this.touch.leave();
    this.painter.leave();
  }
}

export default function ({ parentElement, data, setStateValue, setTriggerValue }) {
  if (!drivers.has(parentElement)) drivers.set(parentElement, new Driver(parentElement));
  const driver = drivers.get(parentElement);
  const turn = (driver.turn = (driver.turn ?? 0) + 1);
  const visit = (row) => setTriggerValue("visited", row);
  driver.update(data, (driven) => setStateValue("driven", driven), visit);
  return () => {
    if (driver.turn !== turn) return; // Streamlit leaves a run that another has overtaken: the driver stays
    drivers.delete(parentElement);
    driver.leave();
  };
}

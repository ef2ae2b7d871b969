// The Plotly chart that holds the map: where things lie on it, the path drawn over it, and the pointer on it.

class Chart {
  constructor(selector, dimensions, colour) {
    Object.assign(this, { selector, flat: dimensions === 2, colour, path: [], heard: new WeakSet() });
  }

  // The chart's element; Streamlit may put another in its place at any time.
  get element() {
    const found = document.querySelector(`${this.selector} .js-plotly-plot`);
    const layout = found?._fullLayout;
    return (this.flat ? layout?.xaxis?.d2p : layout?.scene?._scene?.glplot) ? found : undefined;
  }

  holds(event) {
    return this.element?.contains(event.target) && event.target.closest(this.flat ? ".nsewdrag" : ".gl-container");
  }

  placeOf(event) {
    const { _fullLayout: layout } = this.element;
    const edge = this.element.getBoundingClientRect();
    const { xaxis, yaxis } = layout;
    return [xaxis.p2d(event.clientX - edge.left - xaxis._offset), yaxis.p2d(event.clientY - edge.top - yaxis._offset)];
  }

  // px between a place and the pointer, on a plane.
  distanceTo(place, event) {
    const edge = this.element.getBoundingClientRect();
    const [x, y] = onPlane(this.element).pixelOf(place);
    return Math.hypot(edge.left + x - event.clientX, edge.top + y - event.clientY);
  }

  show(path) {
    this.path = path;
    this.draw();
  }

  draw() {
    const chart = this.element;
    if (!chart || this.removed) return;
    this.hear(chart);
    const canvas = this.layer(chart);
    const { frame, pixelOf } = this.flat ? onPlane(chart) : inSpace(chart);
    const ink = canvas.getContext("2d");
    const scale = window.devicePixelRatio || 1;
    canvas.width = chart.clientWidth * scale;
    canvas.height = chart.clientHeight * scale;
    ink.scale(scale, scale);
    ink.rect(...frame);
    ink.clip();
    const points = this.path.map(pixelOf);
    for (const [width, colour] of [[6, "rgba(255, 255, 255, 0.75)"], [3, this.colour]]) {
      ink.beginPath();
      for (const [x, y] of points) ink.lineTo(x, y);
      Object.assign(ink, { lineWidth: width, strokeStyle: colour, lineJoin: "round", lineCap: "round" });
      ink.stroke();
    }
    const head = points.at(-1);
    if (!head) return;
    ink.beginPath();
    ink.arc(...head, 7, 0, 2 * Math.PI);
    Object.assign(ink, { fillStyle: this.colour, strokeStyle: "white", lineWidth: 3 });
    ink.fill();
    ink.stroke();
  }

  // Draws anew whenever Plotly moves the map.
  hear(chart) {
    if (!this.heard.has(chart)) {
      this.heard.add(chart);
      for (const event of ["plotly_relayouting", "plotly_afterplot"]) chart.on?.(event, () => this.draw());
    }
    const plot = chart._fullLayout.scene?._scene?.glplot;
    if (this.flat || this.heard.has(plot)) return;
    this.heard.add(plot);
    const rendered = plot.onrender; // a map in space swings on after the hand has left it, and says so to nobody else
    plot.onrender = () => {
      rendered();
      this.draw();
    };
  }

  layer(chart) {
    let canvas = chart.querySelector("canvas.driven-path");
    if (!canvas) {
      canvas = Object.assign(document.createElement("canvas"), { className: "driven-path" });
      canvas.setAttribute("aria-hidden", "true"); // the sliders say where the path leads
      Object.assign(canvas.style, { position: "absolute", inset: 0, width: "100%", height: "100%", pointerEvents: "none" });
      chart.append(canvas);
    }
    return canvas;
  }

  remove() {
    this.removed = true;
    document.querySelector(`${this.selector} canvas.driven-path`)?.remove();
  }
}

// The frame of a map, [left, top, width, height], and from a place on it to its pixel, as Plotly itself draws it.

function onPlane({ _fullLayout: { xaxis, yaxis } }) {
  return {
    frame: [xaxis._offset, yaxis._offset, xaxis._length, yaxis._length],
    pixelOf: ([x, y]) => [xaxis._offset + xaxis.d2p(x), yaxis._offset + yaxis.d2p(y)],
  };
}

function inSpace(chart) {
  const { dataScale, glplot } = chart._fullLayout.scene._scene;
  const { model, view, projection } = glplot.cameraParams;
  const [edge, inner] = [chart, glplot.canvas].map((element) => element.getBoundingClientRect());
  const [left, top] = [inner.left - edge.left, inner.top - edge.top];
  const pixelOf = (place) => {
    const scaled = [...place.map((value, axis) => value * dataScale[axis]), 1];
    const [x, y, , depth] = [model, view, projection].reduce(transformed, scaled);
    return [left + (0.5 + x / depth / 2) * inner.width, top + (0.5 - y / depth / 2) * inner.height];
  };
  return { frame: [left, top, inner.width, inner.height], pixelOf };
}

// A vector of four by a matrix whose columns come one after the other.
const transformed = (vector, matrix) =>
  [0, 1, 2, 3].map((row) => vector.reduce((sum, value, column) => sum + matrix[4 * column + row] * value, 0));

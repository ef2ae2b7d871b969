// The Plotly chart that holds the map: where things lie on it, the path drawn over it, and the pointer on it.

class Chart {
  constructor(selector, colour) {
    Object.assign(this, { selector, colour, path: [], heard: new WeakSet() });
  }

  // The chart's element; Streamlit may put another in its place at any time. None where the map is in 3D.
  get element() {
    const found = document.querySelector(`${this.selector} .js-plotly-plot`);
    return found?._fullLayout?.xaxis?.d2p ? found : undefined;
  }

  holds(event) {
    return this.element?.contains(event.target) && event.target.closest(".nsewdrag");
  }

  placeOf(event) {
    const { _fullLayout: layout } = this.element;
    const edge = this.element.getBoundingClientRect();
    const { xaxis, yaxis } = layout;
    return [xaxis.p2d(event.clientX - edge.left - xaxis._offset), yaxis.p2d(event.clientY - edge.top - yaxis._offset)];
  }

  show(path) {
    this.path = path;
    this.draw();
  }

  draw() {
    const chart = this.element;
    if (!chart) return;
    if (!this.heard.has(chart)) {
      this.heard.add(chart);
      for (const event of ["plotly_relayouting", "plotly_afterplot"]) chart.on?.(event, () => this.draw());
    }
    const canvas = this.layer(chart);
    const { xaxis, yaxis } = chart._fullLayout;
    const ink = canvas.getContext("2d");
    const scale = window.devicePixelRatio || 1;
    canvas.width = chart.clientWidth * scale;
    canvas.height = chart.clientHeight * scale;
    ink.scale(scale, scale);
    ink.rect(xaxis._offset, yaxis._offset, xaxis._length, yaxis._length);
    ink.clip();
    const points = this.path.map(([x, y]) => [xaxis._offset + xaxis.d2p(x), yaxis._offset + yaxis.d2p(y)]);
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

  layer(chart) {
    let canvas = chart.querySelector("canvas.driven-path");
    if (!canvas) {
      canvas = Object.assign(document.createElement("canvas"), { className: "driven-path" });
      Object.assign(canvas.style, { position: "absolute", inset: 0, width: "100%", height: "100%", pointerEvents: "none" });
      chart.append(canvas);
    }
    return canvas;
  }

  remove() {
    document.querySelector(`${this.selector} canvas.driven-path`)?.remove();
  }
}

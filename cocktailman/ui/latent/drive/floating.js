// The picture in a corner of the window, while the map or a slider is looked at and the picture itself is out of sight.

const CORNER = 112; // px, its side

class Floating {
  constructor(picture, sliders) {
    this.picture = picture;
    this.seen = new Map([[picture, true], [sliders, false]]); // element -> whether it is in sight
    this.element = Object.assign(document.createElement("canvas"), { className: "driven-floating", hidden: true });
    this.element.setAttribute("aria-hidden", "true"); // it shows what the picture has told already
    const beside = document.querySelectorAll(".driven-floating").length; // of the other model, where two are driven
    Object.assign(this.element.style, {
      position: "fixed", zIndex: 1000, pointerEvents: "none", borderRadius: "8px", background: "#cccccc",
      boxShadow: "0 2px 12px rgba(0, 0, 0, 0.4)", width: `${CORNER}px`, height: `${CORNER}px`,
      bottom: "12px", right: `${12 + beside * (CORNER + 8)}px`,
    });
    document.body.append(this.element);
    this.watcher = new IntersectionObserver((entries) => {
      for (const { target, isIntersecting } of entries) this.seen.set(target, isIntersecting);
      this.show();
    });
    for (const element of this.seen.keys()) this.watcher.observe(element);
  }

  // The map, in whose place Streamlit may put another at any time.
  watch(chart) {
    if (this.chart === chart) return;
    if (this.chart) this.watcher.unobserve(this.chart);
    this.seen.delete(this.chart);
    this.chart = chart;
    this.watcher.observe(chart);
  }

  show() {
    const [picture, ...others] = this.seen.values();
    this.element.hidden = picture || !others.some(Boolean) || !this.picture.width;
    if (this.element.hidden) return;
    Object.assign(this.element, { width: this.picture.width, height: this.picture.height }); // which also empties it
    this.element.getContext("2d").drawImage(this.picture, 0, 0);
  }

  leave() {
    this.watcher.disconnect();
    this.element.remove();
  }
}

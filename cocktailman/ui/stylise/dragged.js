// The picture follows its slider while that is dragged: the two strengths around it that were painted before, one over
// the other. The picture of the very strength comes from the server once the slider is let go.

export default function ({ data }) {
  const pictures = data.pictures.map((src) => Object.assign(new Image(), { src }));
  const [slider, place] = [data.slider, data.shown].map((selector) => document.querySelector(selector));
  const painted = place?.querySelector("img")?.src; // what the pictures are strengths of
  const preview = document.createElement("div");
  preview.className = "dragged";
  preview.setAttribute("aria-hidden", "true");
  preview.innerHTML = "<canvas></canvas><span>Preview: let go for the exact picture</span>";
  const [canvas, word] = preview.children;
  Object.assign(preview.style, { position: "absolute", pointerEvents: "none" });
  Object.assign(canvas.style, { display: "block", width: "100%", height: "100%", borderRadius: "0.75rem" });
  Object.assign(word.style, {
    position: "absolute", left: "0.5rem", bottom: "0.5rem", padding: "0.1rem 0.5rem", borderRadius: "0.5rem",
    background: "rgba(0, 0, 0, 0.7)", color: "#ffffff", font: "0.8rem/1.4 sans-serif",
  });

  const watcher = new MutationObserver(follow);
  for (const element of [slider, place])
    if (element) watcher.observe(element, { subtree: true, attributes: true, attributeFilter: ["aria-valuetext", "src"] });

  function follow() {
    const [shown, value] = [place.querySelector("img"), Number(slider.querySelector("input").value)];
    if (shown?.src !== painted || value === data.percent || pictures.some((picture) => !picture.naturalWidth))
      return preview.remove();
    if (preview.parentElement !== shown.parentElement) shown.after(preview);
    shown.parentElement.style.position = "relative";
    const [left, top, width, height] = [shown.offsetLeft, shown.offsetTop, shown.offsetWidth, shown.offsetHeight];
    Object.assign(preview.style, { left: `${left}px`, top: `${top}px`, width: `${width}px`, height: `${height}px` });
    blend(value);
  }

  function blend(value) {
    const above = Math.max(1, data.strengths.findIndex((strength) => strength >= value));
    const [low, high] = [data.strengths[above - 1], data.strengths[above]];
    Object.assign(canvas, { width: pictures[0].naturalWidth, height: pictures[0].naturalHeight });
    const ink = canvas.getContext("2d");
    ink.drawImage(pictures[above - 1], 0, 0);
    ink.globalAlpha = (value - low) / (high - low);
    ink.drawImage(pictures[above], 0, 0);
  }

  return () => {
    watcher.disconnect();
    preview.remove();
  };
}

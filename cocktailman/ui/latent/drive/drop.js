// Files dragged over the window show what takes them, over each map; dropped there, they stay in sight until the server
// has them, which puts another in its place.

const TAKERS = "[class*=st-key-map_pictures_onto_]";

function watchFiles(signal) {
  const show = (over) => document.querySelectorAll(TAKERS).forEach((taker) => taker.classList.toggle("files-over", over));
  const listen = (name, hear) => document.addEventListener(name, hear, { capture: true, passive: true, signal });
  listen("dragenter", (event) => event.dataTransfer?.types.includes("Files") && show(true));
  listen("dragleave", (event) => event.relatedTarget === null && show(false)); // the window was left
  listen("drop", (event) => event.target.closest?.(TAKERS) || show(false));
  listen("pointerdown", () => show(false)); // where none was taken, and it said why
}

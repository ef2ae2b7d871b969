// The browser's Back undoes the last deliberate step. Streamlit writes the page's address as it likes: a new entry of the
// history for each tick of a slider, none for a tab. Here an entry is made for what a visitor does, and for that once:
// for a click or a key, however often the address is written because of it; for a whole drag; for all keys that move
// one slider. What a page writes by itself, such as what it opens with, makes none; where Streamlit wrote it before this
// ran, it made one, and Back passes over it.
(() => {
  if (window.entriesAreSteps) return;
  window.entriesAreSteps = true;
  const { pushState, replaceState } = History.prototype;
  let steps = 0; // of the visitor so far
  let entered = 0; // the step that made the last entry
  let moved; // the slider that the last key moved

  const isSlider = (element) => element?.matches?.("[role=slider], input[type=range]");
  const listen = (event, hear) => window.addEventListener(event, hear, { capture: true, passive: true });
  listen("pointerdown", () => {
    steps += 1;
    moved = undefined;
  });
  listen("keydown", (event) => {
    const [element] = event.composedPath();
    if (!(isSlider(element) && element === moved)) steps += 1;
    moved = element;
  });
  const asStep = (state) => ({ ...state, isStep: true });
  replaceState.call(history, asStep(history.state), "");
  listen("popstate", () => {
    entered = steps; // what the page then writes is no step
    if (!history.state?.isStep && !location.hash) history.back();
  });

  const write = (state, title, address) => {
    const isNew = address !== undefined && new URL(address, location.href).href !== location.href;
    const entry = isNew && steps > entered ? pushState : replaceState;
    if (isNew) entered = steps;
    entry.call(history, asStep(state), title, address);
  };
  Object.assign(history, { pushState: write, replaceState: write });
})();

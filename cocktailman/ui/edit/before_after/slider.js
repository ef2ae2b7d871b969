// Before and after, one over the other; the handle says how much of the first is seen.

export default function ({ data, parentElement }) {
  const pair = parentElement.querySelector(".pair");
  const handle = pair.querySelector(".handle");
  pair.querySelector(".before").src = data.before;
  pair.querySelector(".after").src = data.after;
  pair.querySelector(".before").alt = "before";
  pair.querySelector(".after").alt = data.caption;
  const show = () => pair.style.setProperty("--at", `${handle.value}%`);
  handle.oninput = show;
  show();
}

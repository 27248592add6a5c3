// The explorer's map: pan, zoom, drag to pin, find. State is in the address; every step is a link that htmx follows.

import { Camera } from "./camera.js";
import { watchDrags } from "./pins.js";

let camera = null;
let kept = null;
let shown = "";

function start() {
  shown = location.search;
  const root = document.querySelector("[data-explorer]");
  const view = root?.querySelector("[data-explorer-view]");
  if (!view || view.classList.contains("is-live")) return;
  const drawing = view.querySelector("svg");
  view.classList.add("is-live");
  camera = new Camera(view, drawing);
  const size = `${drawing.getAttribute("width")}x${drawing.getAttribute("height")}`;
  if (kept?.size === size) camera.restore(kept.place);
  else camera.centre(drawing.querySelector(".node-focus"));
  // Where the panel stands below the map, what was chosen there comes into view.
  if (kept) root.querySelector(".explorer-panel h2").scrollIntoView({ block: "nearest" });
  mark(root, drawing);
  view.addEventListener("click", follow);
  watchDrags(view, drawing, camera, (key, x, y) => pin(root, key, x, y));
  const zoom = root.querySelector("[data-explorer-zoom]");
  zoom.hidden = false;
  // Gone already where the caption says something else.
  root.querySelector("[data-explorer-drag]")?.removeAttribute("hidden");
  zoom.addEventListener("click", (event) => {
    const step = event.target.closest("[data-zoom]")?.dataset.zoom;
    if (step === "fit") camera.fit();
    else if (step) camera.zoom(step === "in" ? 1.3 : 1 / 1.3);
  });
  root.querySelector("[data-explorer-find]")?.addEventListener("input", (event) => find(drawing, event.target.value));
}

function mark(root, drawing) {
  const state = new URLSearchParams(root.dataset.state);
  const selected = state.get("select");
  for (const node of drawing.querySelectorAll(".node")) {
    node.classList.toggle("is-selected", node.dataset.key === selected);
  }
  find(drawing, state.get("find") ?? "");
}

function find(drawing, text) {
  const wanted = text.trim().toLowerCase();
  for (const node of drawing.querySelectorAll(".node")) {
    const name = node.querySelector("title").textContent.toLowerCase();
    node.classList.toggle("is-found", wanted !== "" && name.includes(wanted));
  }
}

function pin(root, key, x, y) {
  const state = new URLSearchParams(root.dataset.state);
  const pins = state.getAll("pin").filter((entry) => !entry.startsWith(`${key}@`));
  state.delete("pin");
  for (const entry of [...pins, `${key}@${Math.round(x)},${Math.round(y)}`]) state.append("pin", entry);
  state.set("select", key);
  step(`${location.pathname}?${state}`);
}

function step(address) {
  window.htmx.ajax("GET", address, { target: "#explorer", swap: "outerHTML show:none" });
  history.pushState({}, "", address);
}

// htmx follows the links of HTML; those of a drawing are followed here.
function follow(event) {
  const node = event.target.closest("a.node");
  if (!node || event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  step(node.getAttribute("href"));
}

document.addEventListener("htmx:beforeSwap", () => {
  const drawing = document.querySelector("[data-explorer-view] svg");
  if (!camera || !drawing) return;
  kept = { size: `${drawing.getAttribute("width")}x${drawing.getAttribute("height")}`, place: camera.place() };
});
document.addEventListener("htmx:afterSettle", start);
// Following a link within the page, such as one to skip a part, is a step in the history too.
window.addEventListener("popstate", () => location.search === shown || location.reload());
start();

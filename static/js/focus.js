// When htmx takes away the element that has the focus, the same thing in the new content gets it; where it is gone, what
// the new content names with data-rest, or else the new content itself.

const NAMES = ["id", "data-key", "name", "href"];

let held = null;

function same(one, other) {
  const name = NAMES.find((candidate) => one.hasAttribute(candidate));
  if (!name || one.getAttribute(name) !== other.getAttribute(name)) return false;
  return one.type !== "checkbox" || one.value === other.value;
}

function take(element, caret) {
  element.focus({ preventScroll: true });
  if (caret !== null && element.type !== "checkbox") element.setSelectionRange?.(caret, caret);
  return document.activeElement === element;
}

document.addEventListener("htmx:beforeSwap", (event) => {
  const element = document.activeElement;
  held = event.detail.target.contains(element) ? { element, caret: element.selectionEnd ?? null } : null;
});

document.addEventListener("htmx:afterSwap", (event) => {
  if (!held || document.activeElement !== document.body) return;
  const { element, caret } = held;
  const fresh = event.target;
  // A thing may be drawn twice, once for narrow windows: what is hidden takes no focus.
  const twins = [...fresh.querySelectorAll(element.localName)].filter((other) => same(element, other));
  if (twins.some((twin) => take(twin, caret))) return;
  const rest = fresh.matches("[data-rest]") ? fresh : (fresh.querySelector("[data-rest]") ?? fresh);
  if (rest === fresh) fresh.tabIndex = -1;
  take(rest, null);
});

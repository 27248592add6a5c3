// The swap style "live" of htmx: what is on the page becomes what the server sent, element by element, and an element
// that stays is the same element. So the focus, a pressed button, selected text, what was typed and what was opened
// outlive the swap. Elements with an id are matched by it, the others by their kind and order.

// Belongs to the reader once the page is there.
const READERS_OWN = new Set(["open"]);

function become(old, fresh) {
  if (old.isEqualNode(fresh)) return;
  for (const { name, value } of fresh.attributes) {
    if (old.getAttribute(name) !== value && !READERS_OWN.has(name)) old.setAttribute(name, value);
  }
  for (const name of old.getAttributeNames()) {
    if (!fresh.hasAttribute(name) && !READERS_OWN.has(name)) old.removeAttribute(name);
  }
  becomeChildren(old, fresh);
}

function becomeChildren(old, fresh) {
  const named = new Set([...fresh.children].map((child) => child.id));
  for (const child of [...old.children]) if (child.id && !named.has(child.id)) child.remove();
  let place = old.firstChild;
  for (const node of [...fresh.childNodes]) {
    const kept = like(node, place);
    if (!kept) {
      old.insertBefore(node, place);
      continue;
    }
    if (kept === place) place = place.nextSibling;
    // Where the browser can, a move keeps the focus.
    else if (old.moveBefore) old.moveBefore(kept, place);
    else old.insertBefore(kept, place);
    if (node.nodeType === Node.ELEMENT_NODE) become(kept, node);
    else if (kept.data !== node.data) kept.data = node.data;
  }
  while (place) {
    const gone = place;
    place = place.nextSibling;
    gone.remove();
  }
}

function like(node, from) {
  let found = from;
  while (found && (found.nodeName !== node.nodeName || (found.id ?? "") !== (node.id ?? ""))) found = found.nextSibling;
  return found;
}

window.htmx.defineExtension("live", {
  handleSwap(style, target, fragment) {
    if (style !== "live") return false;
    const fresh = fragment.querySelector(`#${CSS.escape(target.id)}`);
    // Another page came instead, such as the one to log in.
    if (!fresh) window.location.reload();
    else become(target, fresh);
    return [target];
  },
});

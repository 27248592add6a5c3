// Hover or focus on a node of a drawing: its ties light up and the caption says why each is there.
// Listens on the document, so that drawings which arrive later work too.

const REASONS_SHOWN = 4;

function lit(node) {
  const drawing = node.closest("svg");
  const key = node.dataset.key;
  const ties = [...drawing.querySelectorAll(".tie")].filter(
    (tie) => tie.dataset.source === key || tie.dataset.target === key,
  );
  return { drawing, ties, key };
}

function show(node) {
  const { drawing, ties, key } = lit(node);
  clear(drawing);
  drawing.classList.add("has-lit");
  node.classList.add("is-lit");
  const names = new Map([...drawing.querySelectorAll(".node")].map((other) => [other.dataset.key, other]));
  const reasons = [];
  for (const tie of ties) {
    tie.classList.add("is-lit");
    const other = names.get(tie.dataset.source === key ? tie.dataset.target : tie.dataset.source);
    other?.classList.add("is-lit");
    reasons.push(`${nameOf(other)}: ${tie.querySelector("title").textContent}`);
  }
  const more = reasons.length - REASONS_SHOWN;
  const listed = reasons.slice(0, REASONS_SHOWN).join("; ") + (more > 0 ? `; and ${more} more` : "");
  say(drawing, `${nameOf(node)}. ${listed}.`);
}

function nameOf(node) {
  return node?.querySelector("title").textContent.split(" — ")[0] ?? "";
}

function say(drawing, text) {
  const caption = drawing.closest("[data-graph]")?.querySelector("[data-graph-caption]");
  if (!caption) return;
  caption.dataset.resting ??= caption.textContent;
  caption.textContent = text ?? caption.dataset.resting;
}

function clear(drawing) {
  drawing.classList.remove("has-lit");
  for (const part of drawing.querySelectorAll(".is-lit")) part.classList.remove("is-lit");
}

function rest(event) {
  const node = event.target.closest?.(".graph-svg .node");
  if (!node || node.contains(event.relatedTarget)) return;
  clear(node.closest("svg"));
  say(node.closest("svg"));
}

for (const name of ["pointerover", "focusin"]) {
  document.addEventListener(name, (event) => {
    const node = event.target.closest?.(".graph-svg .node");
    if (node) return show(node);
    const tie = event.target.closest?.(".graph-svg .tie");
    if (tie) say(tie.closest("svg"), `${tie.querySelector("title").textContent}.`);
  });
}
for (const name of ["pointerout", "focusout"]) document.addEventListener(name, rest);

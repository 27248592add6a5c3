// Dragging a node pins it where it is dropped; a short press stays a click.

const CLICK_REACH = 5;

export function watchDrags(view, drawing, camera, onPin) {
  let held = null;

  drawing.addEventListener("dragstart", (event) => event.preventDefault());

  drawing.addEventListener("pointerdown", (event) => {
    const node = event.target.closest(".node");
    if (!node || event.button !== 0) return;
    held = { node, id: event.pointerId, from: [event.clientX, event.clientY], start: camera.point(event), moved: false };
  });

  view.addEventListener("pointermove", (event) => {
    if (held?.id !== event.pointerId) return;
    const reach = Math.hypot(event.clientX - held.from[0], event.clientY - held.from[1]);
    if (!held.moved && reach < CLICK_REACH) return;
    if (!held.moved) view.setPointerCapture(event.pointerId);
    held.moved = true;
    const [x, y] = camera.point(event);
    held.node.setAttribute("transform", `translate(${x - held.start[0]} ${y - held.start[1]})`);
  });

  view.addEventListener("pointerup", (event) => {
    if (held?.id !== event.pointerId) return;
    const { node, moved } = held;
    held = null;
    if (!moved) return;
    const swallow = (click) => {
      click.preventDefault();
      click.stopPropagation();
    };
    view.addEventListener("click", swallow, { capture: true, once: true });
    setTimeout(() => view.removeEventListener("click", swallow, { capture: true }), 50);
    onPin(node.dataset.key, ...camera.point(event));
  });
}

// Pan and zoom of a drawing by one CSS transform, so that a gesture costs the compositor only.

const NEAREST = 3;
const FARTHEST = 0.2;
const KEY_STEP = 60;

export class Camera {
  constructor(view, drawing) {
    this.view = view;
    this.drawing = drawing;
    this.scale = 1;
    this.x = 0;
    this.y = 0;
    this.pointers = new Map();
    this.asked = false;
    view.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    view.addEventListener("pointerdown", (event) => this.press(event));
    view.addEventListener("pointermove", (event) => this.drag(event));
    for (const name of ["pointerup", "pointercancel"]) view.addEventListener(name, (event) => this.release(event));
    view.addEventListener("keydown", (event) => this.key(event));
    view.addEventListener("focusin", (event) => this.reveal(event.target.closest(".node")));
  }

  place() {
    return { scale: this.scale, x: this.x, y: this.y };
  }

  restore(place) {
    Object.assign(this, place);
    this.apply();
  }

  apply() {
    if (this.asked) return;
    this.asked = true;
    requestAnimationFrame(() => {
      this.asked = false;
      this.drawing.style.transform = `translate(${this.x}px, ${this.y}px) scale(${this.scale})`;
    });
  }

  size() {
    return [Number(this.drawing.getAttribute("width")), Number(this.drawing.getAttribute("height"))];
  }

  fit() {
    const [width, height] = this.size();
    const { clientWidth, clientHeight } = this.view;
    this.scale = Math.min(clientWidth / width, clientHeight / height, 1.4);
    this.x = (clientWidth - width * this.scale) / 2;
    this.y = (clientHeight - height * this.scale) / 2;
    this.apply();
  }

  // Everything when labels stay readable at that size, else the given node in the middle.
  centre(node) {
    this.fit();
    if (this.scale >= 0.92 || !node) return;
    const mark = node.querySelector("tspan");
    this.scale = 1;
    this.x = this.view.clientWidth / 2 - Number(mark.getAttribute("x"));
    this.y = this.view.clientHeight / 2 - Number(mark.getAttribute("y"));
    this.apply();
  }

  zoom(factor, x = this.view.clientWidth / 2, y = this.view.clientHeight / 2) {
    const scale = Math.min(Math.max(this.scale * factor, FARTHEST), NEAREST);
    this.x = x - ((x - this.x) * scale) / this.scale;
    this.y = y - ((y - this.y) * scale) / this.scale;
    this.scale = scale;
    this.apply();
  }

  move(x, y) {
    this.x += x;
    this.y += y;
    this.apply();
  }

  // From a point of the window to one of the drawing.
  point(event) {
    const box = this.view.getBoundingClientRect();
    return [(event.clientX - box.left - this.x) / this.scale, (event.clientY - box.top - this.y) / this.scale];
  }

  wheel(event) {
    event.preventDefault();
    const box = this.view.getBoundingClientRect();
    this.zoom(Math.exp(-event.deltaY / 500), event.clientX - box.left, event.clientY - box.top);
  }

  press(event) {
    if (event.target.closest(".node")) return;
    this.view.setPointerCapture(event.pointerId);
    this.pointers.set(event.pointerId, event);
    this.view.classList.add("is-moving");
  }

  drag(event) {
    const last = this.pointers.get(event.pointerId);
    if (!last) return;
    if (this.pointers.size === 2) {
      const other = [...this.pointers.values()].find((pointer) => pointer.pointerId !== event.pointerId);
      const apart = (one) => Math.hypot(one.clientX - other.clientX, one.clientY - other.clientY) || 1;
      const box = this.view.getBoundingClientRect();
      this.zoom(apart(event) / apart(last), other.clientX - box.left, other.clientY - box.top);
    } else {
      this.move(event.clientX - last.clientX, event.clientY - last.clientY);
    }
    this.pointers.set(event.pointerId, event);
  }

  release(event) {
    this.pointers.delete(event.pointerId);
    if (!this.pointers.size) this.view.classList.remove("is-moving");
  }

  key(event) {
    const moves = { ArrowLeft: [1, 0], ArrowRight: [-1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
    if (moves[event.key]) this.move(...moves[event.key].map((part) => part * KEY_STEP));
    else if (event.key === "+" || event.key === "=") this.zoom(1.3);
    else if (event.key === "-") this.zoom(1 / 1.3);
    else return;
    event.preventDefault();
  }

  // A node that gets the keyboard's focus comes into view.
  reveal(node) {
    if (!node) return;
    this.view.scrollTo(0, 0);
    const box = this.view.getBoundingClientRect();
    const mark = node.getBoundingClientRect();
    if (mark.left < box.left || mark.right > box.right) this.x += (box.left + box.right - mark.left - mark.right) / 2;
    if (mark.top < box.top || mark.bottom > box.bottom) this.y += (box.top + box.bottom - mark.top - mark.bottom) / 2;
    this.apply();
  }
}

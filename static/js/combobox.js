// The search box as an ARIA combobox with a list box (WAI-ARIA Authoring Practices, "Editable Combobox With List
// Autocomplete"). htmx fills the list from /autocomplete/; here are the keys, the pointer and the ARIA states.
// Without this module the form is a plain search form.

for (const form of document.querySelectorAll("form[data-combobox]")) setUp(form);

function setUp(form) {
  const input = form.querySelector("input[type=search]");
  const list = form.querySelector("[data-suggestions]");
  const status = form.querySelector("[data-suggestions-status]");
  let active = -1;

  input.setAttribute("role", "combobox");
  input.setAttribute("aria-autocomplete", "list");
  input.setAttribute("aria-controls", list.id);
  input.setAttribute("aria-expanded", "false");

  const options = () => [...list.querySelectorAll("[role=option]")];

  function select(index) {
    const all = options();
    all.forEach((option, at) => option.setAttribute("aria-selected", String(at === index)));
    active = index;
    if (index < 0) {
      input.removeAttribute("aria-activedescendant");
      return;
    }
    input.setAttribute("aria-activedescendant", all[index].id);
    all[index].scrollIntoView({ block: "nearest" });
  }

  function close() {
    list.hidden = true;
    input.setAttribute("aria-expanded", "false");
    select(-1);
  }

  function open() {
    const found = options().length;
    if (!found || document.activeElement !== input) return close();
    list.hidden = false;
    input.setAttribute("aria-expanded", "true");
    select(-1);
    status.textContent = found === 1 ? "1 suggestion" : `${found} suggestions`;
  }

  function move(step) {
    if (list.hidden) return open();
    const count = options().length;
    // One place before the first option is the input itself.
    select(((active + 1 + step + count + 1) % (count + 1)) - 1);
  }

  const follow = (option) => window.location.assign(option.dataset.href);

  input.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      move(event.key === "ArrowDown" ? 1 : -1);
    } else if (event.key === "Enter" && !list.hidden && active >= 0) {
      event.preventDefault();
      follow(options()[active]);
    } else if (event.key === "Escape" && !list.hidden) {
      event.preventDefault();
      close();
    }
  });

  // Pressing must not take the focus from the input: the list would close before the click arrives.
  list.addEventListener("pointerdown", (event) => event.preventDefault());
  list.addEventListener("click", (event) => {
    const option = event.target.closest("[role=option]");
    if (option) follow(option);
  });
  list.addEventListener("htmx:afterSwap", open);
  input.addEventListener("blur", close);
}

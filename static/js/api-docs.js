// Swagger UI has a dark theme under a class of the root element; it goes with the theme of the site.

const dark = matchMedia("(prefers-color-scheme: dark)");
const follow = () => document.documentElement.classList.toggle("dark-mode", dark.matches);
dark.addEventListener("change", follow);
follow();

// It brings a main of its own, but a page has one: inside the page it is a group like any other.
const box = document.getElementById("swagger-ui");
const nested = new MutationObserver(() => {
  for (const main of box.querySelectorAll("main:not([role])")) main.setAttribute("role", "group");
});
nested.observe(box, { childList: true, subtree: true });

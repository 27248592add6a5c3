// A request of htmx that fails leaves the page as it was. This says so: in place, where the part that asked has words for
// it (data-unanswered), such as one that looks at itself again or waits for its content; else in a notice over the page.

const notices = document.getElementById("unanswered");

function reason(name, status) {
  if (name !== "htmx:responseError") return "No answer came from the server. Check the connection and try again.";
  if (status === 403) return "This is not allowed, or the page is too old: reload it and try again.";
  if (status === 404) return "This is not there any more: reload the page.";
  if (status === 429) return "Too many requests: wait a little and try again.";
  return "The server could not do this. Try again in a while.";
}

function say(text) {
  const from = document.activeElement;
  const notice = document.createElement("div");
  notice.className = "notice bad";
  const words = document.createElement("p");
  words.textContent = text;
  const close = document.createElement("button");
  close.type = "button";
  close.className = "btn quiet";
  close.textContent = "Close";
  close.addEventListener("click", () => {
    notices.replaceChildren();
    from.focus({ preventScroll: true });
  });
  notice.append(words, close);
  notices.replaceChildren(notice);
}

// Suggestions are extra: the search works without them.
function isExtra(element) {
  return element.closest("[data-combobox]") !== null;
}

for (const name of ["htmx:sendError", "htmx:responseError", "htmx:timeout"]) {
  document.addEventListener(name, ({ detail }) => {
    const words = detail.elt.querySelector("[data-unanswered]");
    if (words) words.hidden = false;
    else if (!isExtra(detail.elt)) say(reason(name, detail.xhr.status));
  });
}

// What a person asks for next makes the notice old; what loads by itself or looks at itself again does not.
document.addEventListener("htmx:beforeRequest", ({ detail }) => {
  if (detail.requestConfig.triggeringEvent?.isTrusted) notices.replaceChildren();
});

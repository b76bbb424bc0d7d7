// Conveniences that every page works without: a slider shows its value, a form is sent only once, "/" goes to the search
// and the arrows through what it found.
"use strict";
for (const slider of document.querySelectorAll("input[type=range]")) {
  const output = document.querySelector(`output[for="${slider.id}"]`);
  if (output) slider.addEventListener("input", () => { output.textContent = slider.value; });
}
for (const form of document.querySelectorAll('form[method="post"]')) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "1";
  });
}
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form")) delete form.dataset.sent;
});
const find = document.getElementById("find");
if (find) {
  const stops = [find, ...document.querySelectorAll(".found a")];
  document.addEventListener("keydown", (event) => {
    const isPlain = !(event.ctrlKey || event.metaKey || event.altKey || event.isComposing);
    const isTyping = event.target.closest("input, select, textarea");
    if (event.key === "/" && isPlain && !isTyping) {
      event.preventDefault();
      find.focus();
      find.select();
    }
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const next = stops[stops.indexOf(document.activeElement) + step];
    if (!isPlain || !next || !stops.includes(document.activeElement)) return;
    event.preventDefault();
    next.focus();
  });
  if (location.pathname === "/find") find.focus();
}

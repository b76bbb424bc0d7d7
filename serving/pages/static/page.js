// Conveniences that every page works without: a slider shows its value, and a form is sent only once.
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

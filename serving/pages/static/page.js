// What a page can do without: a slider says its figure, and a form is sent once.
"use strict";
for (const slider of document.querySelectorAll("input[type=range]")) {
  const told = document.querySelector(`output[for="${slider.id}"]`);
  if (told) slider.addEventListener("input", () => { told.textContent = slider.value; });
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

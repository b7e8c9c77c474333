/* The list of the stalled board: chosen rows are counted, one box chooses the page, nothing is sent without a choice. */
"use strict";
for (const form of document.querySelectorAll("form[data-bulk]")) {
  const boxes = [...form.querySelectorAll("input[name=task_id]")];
  const all = form.querySelector("[data-bulk-all]");
  const told = form.querySelector("[data-bulk-count]");
  const count = () => {
    const chosen = boxes.filter((box) => box.checked).length;
    if (told) told.textContent = chosen ? `已选 ${chosen} 项` : "请勾选要处理的事项";
    if (all) {
      all.checked = chosen > 0 && chosen === boxes.length;
      all.indeterminate = chosen > 0 && chosen < boxes.length;
    }
    return chosen;
  };
  all?.addEventListener("change", () => {
    for (const box of boxes) box.checked = all.checked;
    count();
  });
  form.addEventListener("change", count);
  form.addEventListener("submit", (event) => {
    // The button of a single row needs no ticks.
    if (event.submitter?.name !== "one" && count() === 0) {
      event.preventDefault();
      told?.classList.add("text-danger");
      boxes[0]?.focus();
    }
  });
  count();
}

// Remarks: while “@” and the beginning of a name are typed, colleagues of the case are offered. Without a script the
// list of check boxes below the field does the same.
const LIMIT = 8;

for (const field of document.querySelectorAll("textarea[data-mentions]")) {
  const form = field.closest("form");
  const boxes = [...form.querySelectorAll("input[type=checkbox][data-name]")];
  if (boxes.length) offer(field, boxes);
}

function offer(field, boxes) {
  const list = document.createElement("ul");
  Object.assign(list, { id: `${field.id}-offer`, className: "mention-list dropdown-menu", hidden: true });
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", "可提醒的同事");
  const status = document.createElement("div");
  status.className = "visually-hidden";
  status.setAttribute("role", "status");
  field.after(list, status);
  field.setAttribute("aria-autocomplete", "list");
  field.setAttribute("aria-controls", list.id);
  let found = [];
  let at = 0;

  const begun = () => /@([^@\s]{0,20})$/u.exec(field.value.slice(0, field.selectionStart));

  const close = () => {
    found = [];
    list.hidden = true;
    list.classList.remove("show");
    field.removeAttribute("aria-activedescendant");
  };

  const mark = () => {
    [...list.children].forEach((item, index) => {
      item.setAttribute("aria-selected", String(index === at));
      item.classList.toggle("active", index === at);
    });
    field.setAttribute("aria-activedescendant", list.children[at].id);
  };

  const show = () => {
    const typed = begun();
    found = typed ? boxes.filter((box) => box.dataset.name.startsWith(typed[1])).slice(0, LIMIT) : [];
    if (!found.length) return close();
    at = 0;
    list.replaceChildren(...found.map(line));
    list.hidden = false;
    list.classList.add("show");
    status.textContent = `${found.length} 名同事，用上下键选择，回车确定`;
    mark();
  };

  const line = (box, index) => {
    const item = document.createElement("li");
    Object.assign(item, { id: `${list.id}-${index}`, className: "dropdown-item" });
    item.setAttribute("role", "option");
    item.textContent = `${box.dataset.name}（${box.closest("[role=group]").getAttribute("aria-label").split("：")[1]}）`;
    item.addEventListener("mousedown", (event) => {
      event.preventDefault();
      take(index);
    });
    return item;
  };

  const take = (index) => {
    const box = found[index];
    const typed = begun();
    const end = field.selectionStart;
    field.setRangeText(`@${box.dataset.name} `, end - typed[0].length, end, "end");
    box.checked = true;
    status.textContent = `将提醒${box.dataset.name}`;
    close();
  };

  field.addEventListener("input", show);
  field.addEventListener("blur", close);
  field.addEventListener("keydown", (event) => {
    if (!found.length || event.isComposing) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      at = (at + step + found.length) % found.length;
      mark();
    } else if (event.key === "Enter" || event.key === "Tab") {
      take(at);
    } else if (event.key === "Escape") {
      close();
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  });
}

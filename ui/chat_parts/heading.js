// The heading of a card: a line above in small print, and the name in bold.

export default function (component) {
  const { data, parentElement } = component;
  redraw(parentElement,
    data.over ? h("div", { class: "over" }, data.over) : null,
    h("div", { class: "name", role: "heading", "aria-level": "3", lang: data.lang || null }, data.name));
}

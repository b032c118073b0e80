// A list of texts to choose from: suggested questions.

export default function (component) {
  const { data, parentElement, setTriggerValue } = component;
  redraw(parentElement,
    data.title ? h("div", { class: "dim" }, data.title) : null,
    h(data.is_outline ? "nav" : "div", { class: data.is_outline ? "outline" : "choices", "aria-label": data.title },
      data.items.map((item, i) =>
        h("button", { class: "choice", type: "button", "data-id": `choice-${i}`, disabled: data.disabled || null, onclick: () => setTriggerValue("chosen", i) },
          h("span", { lang: item.lang || null }, item.text),
          item.note ? h("span", { class: "dim" }, item.note) : null))));
}

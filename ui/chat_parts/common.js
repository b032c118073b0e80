// What every part of the page shares. Text from anywhere goes in as text nodes and nothing else: no HTML is ever parsed.

const h = (tag, attributes, ...children) => {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
};

// Only pages of the web are linked, wherever an address comes from.
const webAddress = (url) => (/^https?:\/\//i.test(url || "") ? url : null);

// Draws anew into the part's own element; whoever used the keyboard stays on the same control.
const redraw = (parentElement, ...nodes) => {
  let root = parentElement.querySelector(".part");
  if (!root) {
    root = h("div", { class: "part" });
    parentElement.append(root);
  }
  const focused = root.getRootNode().activeElement;
  const id = focused && root.contains(focused) ? focused.dataset.id : undefined;
  root.replaceChildren(...nodes.flat().filter(Boolean));
  if (id) root.querySelector(`[data-id="${CSS.escape(id)}"]`)?.focus({ preventScroll: true });
  return root;
};

const copyText = async (text) => {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // Without a secure origin there is no clipboard API.
    const area = h("textarea", { style: "position:fixed;opacity:0" });
    area.value = text;
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }
};

const copyButton = (id, label, done, text) =>
  h("button", {
    class: "quiet", type: "button", "data-id": id,
    onclick: async (event) => {
      const button = event.currentTarget;
      await copyText(text);
      button.textContent = done;
      setTimeout(() => { button.textContent = label; }, 1500);
    },
  }, label);

// Other interviews that are the same one, each with the way to it.
const sameInterviews = (words, same, id, trigger) =>
  same && same.length
    ? h("div", { class: "same" }, h("span", { class: "dim" }, words),
        same.map((one) =>
          h("button", { class: "quiet", type: "button", lang: one.lang || null, "data-id": `same-${id}-${one.doc}`, onclick: () => trigger("same", one.doc) }, one.label)))
    : null;

// Scrolls what holds the place and nothing around it: beside an answer, the conversation stays where it is.
const [TOP, CENTRED, LITTLE] = ["top", "centred", "as little as will do"];
const MARGIN = 24; // pixels
const HEAD_ROOM = 150; // for the question above an answer
const bringIntoView = (place, how) => {
  const above = (node) => node.parentElement || (node.getRootNode() instanceof ShadowRoot ? node.getRootNode().host : null);
  for (let node = above(place); node; node = above(node)) {
    if (node.scrollHeight <= node.clientHeight || !/auto|scroll/.test(getComputedStyle(node).overflowY)) continue;
    const [inner, outer] = [place.getBoundingClientRect(), node.getBoundingClientRect()];
    const room = node.clientHeight - Math.min(inner.height, node.clientHeight);
    const top = inner.top - outer.top;
    if (how === TOP) node.scrollTop += top - HEAD_ROOM;
    else if (how === CENTRED) node.scrollTop += top - room / 2;
    else if (top > room - MARGIN) node.scrollTop += top - Math.max(room - MARGIN, 0);
    return;
  }
};

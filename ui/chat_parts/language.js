// What Streamlit leaves as it is: the language of the document.

export default function (component) {
  document.documentElement.lang = component.data;
}

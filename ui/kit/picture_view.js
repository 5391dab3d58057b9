// Drawings side by side. The SVG is ours: numbers and the names of variants; titles and captions are set as text.

const make = (tag, properties = {}, ...children) => {
    const element = Object.assign(document.createElement(tag), properties);
    element.append(...children);
    return element;
};

const panel = ({ title, caption, svg, alt }) => make(
    "figure",
    {},
    make("figcaption", {}, make("strong", { textContent: title }), " ", make("span", { textContent: caption })),
    make("div", { role: "img", ariaLabel: alt, innerHTML: svg }),
);

export default function ({ data: [data], parentElement }) {
    parentElement.querySelector(".panels").replaceChildren(...data.panels.map(panel));
}

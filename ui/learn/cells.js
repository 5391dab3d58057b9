// A matrix of weights, a pixel each: violet below zero, ochre above, nothing where a weight is pruned. The browser
// enlarges the pixels; a heat map of Plotly's would be built anew at every move of a slider.

const [BELOW, ZERO, ABOVE] = ["#6A5ACD", "#B8BEC2", "#A66F00"].map(hex =>
    [1, 3, 5].map(i => parseInt(hex.slice(i, i + 2), 16)),
);

const colour = share => {
    const [end, by] = [share < 0 ? BELOW : ABOVE, Math.min(1, Math.abs(share))];
    return ZERO.map((part, i) => part + by * (end[i] - part));
};

export default function ({ data, parentElement }) {
    const canvas = parentElement.querySelector("canvas");
    const tip = parentElement.querySelector("[role=status]");
    canvas.setAttribute("aria-label", data.alt);
    [canvas.width, canvas.height] = [data.columns, data.rows];
    const context = canvas.getContext("2d");
    const picture = context.createImageData(data.columns, data.rows);
    data.weights.forEach((weight, i) => {
        if (data.kept[i] === "1") picture.data.set([...colour(weight / data.limit), 255], 4 * i);
    });
    context.putImageData(picture, 0, 0);

    canvas.onpointermove = event => {
        const column = Math.floor((event.offsetX / canvas.clientWidth) * data.columns);
        const row = Math.floor((event.offsetY / canvas.clientHeight) * data.rows);
        const i = row * data.columns + column;
        if (!(i in data.weights)) return;
        const state = data.kept[i] === "1" ? "" : ", pruned";
        tip.textContent = `output ${row}, input ${column}: ${data.weights[i].toPrecision(3)}${state}`;
        tip.style.left = `${Math.min(event.offsetX + 12, canvas.clientWidth - tip.offsetWidth)}px`;
        tip.style.top = `${Math.max(event.offsetY - tip.offsetHeight - 8, 0)}px`;
    };
    canvas.onpointerleave = () => (tip.textContent = "");
}

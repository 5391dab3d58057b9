// A table that can be sorted, with boxes to tick or cells to choose in where they are asked for. What was sorted and
// ticked lives in the element: Python's answer to one click must not undo the next.

const SHORT = 30; // characters that stay on one line

const make = (tag, properties = {}, ...children) => {
    const element = Object.assign(document.createElement(tag), properties);
    element.append(...children);
    return element;
};

const compare = (a, b) => {
    if (typeof a === "number" && typeof b === "number") return a - b;
    return String(a).localeCompare(String(b), undefined, { numeric: true });
};

/** The places of the rows in the order that is asked for; what has nothing to be sorted by comes last either way. */
const ordered = (rows, column, direction) => {
    const places = [...rows.keys()];
    if (!direction) return places;
    const order = place => rows[place][column].order;
    return places.sort((a, b) => {
        const [first, second] = [order(a), order(b)];
        if (first === null || second === null) return (first === null) - (second === null);
        return direction * compare(first, second);
    });
};

export default function ({ data: [data], parentElement, setStateValue, setTriggerValue }) {
    const [scroll, table, tip] = [".scroll", "table", ".tip"].map(name => parentElement.querySelector(name));
    scroll.ariaLabel = data.alt;
    scroll.style.maxHeight = `${data.tallest}px`;
    table.sorted ??= { title: "", direction: 0 };
    table.ticked ??= new Set(data.ticked);
    const titles = data.head.map(({ title }) => title);
    const isNumber = titles.map((_, column) =>
        data.rows.some(row => typeof row[column].order === "number") &&
        data.rows.every(row => typeof row[column].order !== "string"),
    );
    const isPinned = data.rows.every(([first]) => first.text.length < SHORT);

    const explain = (element, text) => {
        const hide = () => tip.matches(":popover-open") && tip.hidePopover();
        const open = () => {
            tip.textContent = text;
            tip.showPopover();
            const place = element.getBoundingClientRect();
            tip.style.left = `${Math.max(4, Math.min(place.left, innerWidth - tip.offsetWidth - 4))}px`;
            tip.style.top = `${place.bottom + 6}px`;
        };
        Object.assign(element, { onpointerenter: open, onfocus: open, onpointerleave: hide, onblur: hide });
        element.onkeydown = event => event.key === "Escape" && hide();
        element.ariaDescription = text;
        element.classList.add("explained");
    };

    const heading = ({ title, tip: text }, column) => {
        const { direction } = table.sorted.title === title ? table.sorted : { direction: 0 };
        const cell = make("th", { scope: "col", className: isNumber[column] ? "number" : "" });
        if (column === 0 && isPinned && !data.ids) cell.classList.add("pinned");
        const label = make(data.sortable ? "button" : "span", { textContent: title.trim() });
        label.dataset.at = `head ${column}`;
        cell.append(label);
        if (data.sortable) {
            label.onclick = () => {
                table.sorted = { title, direction: { 0: 1, 1: -1, "-1": 0 }[direction] };
                draw();
            };
            cell.ariaSort = { 0: "none", 1: "ascending", "-1": "descending" }[direction];
            const arrow = make("span", { className: "arrow", ariaHidden: "true" }, ["▼", "", "▲"][1 + direction]);
            isNumber[column] ? cell.prepend(arrow) : cell.append(arrow); // so that words end where the numbers end
        } else if (text) label.tabIndex = 0;
        if (text) explain(label, text);
        return cell;
    };

    const content = (cell, place, column) => {
        if (!cell.choices.length) return cell.text;
        const name = `${titles[column]}, ${data.rows[place][0].text}`;
        const select = make("select", { ariaLabel: name });
        select.append(...cell.choices.map(([value, words]) => new Option(words, value, false, value === cell.order)));
        select.dataset.at = `choice ${place} ${column}`;
        select.onchange = () => setTriggerValue("chosen", [place, Number(select.value)]);
        return select;
    };

    const body = (cell, place, column) => {
        const element = column ? make("td") : make("th", { scope: "row" });
        element.append(content(cell, place, column));
        element.style.setProperty("--tint", cell.tint);
        const looks = {
            short: cell.text.length < SHORT,
            number: isNumber[column],
            strong: cell.strong,
            tinted: cell.tint,
            pinned: column === 0 && isPinned && !data.ids,
        };
        element.className = Object.keys(looks).filter(look => looks[look]).join(" ");
        return element;
    };

    const box = (name, at, checked, change) => {
        const input = make("input", { type: "checkbox", ariaLabel: name, checked });
        input.dataset.at = at;
        input.onchange = () => {
            change(input.checked);
            draw();
            setStateValue("ticked", data.ids.filter(id => table.ticked.has(id)));
        };
        return input;
    };

    const tickAll = () => {
        const all = data.ids.every(id => table.ticked.has(id));
        const change = on => (table.ticked = new Set(on ? data.ids : []));
        const input = box("Tick all", "all", all && data.ids.length > 0, change);
        input.indeterminate = !all && data.ids.some(id => table.ticked.has(id));
        return make("th", { scope: "col", className: "pinned" }, input);
    };

    const tickOne = place => {
        const id = data.ids[place];
        const change = on => (on ? table.ticked.add(id) : table.ticked.delete(id));
        const name = `Tick ${data.rows[place].map(({ text }) => text).filter(Boolean).join(", ")}`;
        return make("td", { className: "pinned" }, box(name, `tick ${id}`, table.ticked.has(id), change));
    };

    const draw = () => {
        const held = parentElement.getRootNode().activeElement?.dataset.at;
        const { title, direction } = table.sorted;
        const column = titles.indexOf(title);
        const places = ordered(data.rows, column, column < 0 ? 0 : direction);
        const head = data.head.map(heading);
        const rows = places.map(place => {
            const cells = data.rows[place].map((cell, column) => body(cell, place, column));
            return make("tr", {}, ...(data.ids ? [tickOne(place)] : []), ...cells);
        });
        table.replaceChildren(
            make("thead", {}, make("tr", {}, ...(data.ids ? [tickAll()] : []), ...head)),
            make("tbody", {}, ...rows),
        );
        if (held) parentElement.querySelector(`[data-at="${CSS.escape(held)}"]`)?.focus({ preventScroll: true });
    };
    draw();
}

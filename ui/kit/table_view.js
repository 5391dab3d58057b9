// A table that can be sorted, with optional boxes to tick or cells with choices. The element keeps its order and
// ticks: Python's answer to one click must not undo the next.

const SHORT = 30; // characters kept on one line; half as many in a heading
const MOST_PINNED = 0.4; // share of the width: pinned columns must leave room to scroll the rest
const WORTH_IT = 1.25; // a table slightly taller than its limit is shown whole
const ARROWS = { none: "", ascending: "▲", descending: "▼" };
const NEXT = { none: "ascending", ascending: "descending", descending: "none" };

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
    if (column < 0 || direction === "none") return places;
    const sign = direction === "ascending" ? 1 : -1;
    const order = place => rows[place][column].order;
    return places.sort((a, b) => {
        const [first, second] = [order(a), order(b)];
        if (first === null || second === null) return (first === null) - (second === null);
        return sign * compare(first, second);
    });
};

const build = (parentElement, data, table) => {
    const tip = parentElement.querySelector(".tip");
    const titles = data.head.map(({ title }) => title);
    const isNumber = titles.map((_, column) =>
        data.rows.some(row => typeof row[column].order === "number") &&
        data.rows.every(row => typeof row[column].order !== "string"),
    );
    const looks = (element, named) => element.classList.add(...Object.keys(named).filter(look => named[look]));

    const hide = () => tip.matches(":popover-open") && tip.hidePopover();
    let restoring = false; // a heading that regains focus shows no tooltip
    const explain = (element, text) => {
        const open = () => {
            if (restoring) return;
            hide();
            tip.textContent = text;
            tip.showPopover();
            const place = element.getBoundingClientRect();
            const below = place.bottom + tip.offsetHeight < innerHeight;
            tip.style.left = `${Math.max(4, Math.min(place.left, innerWidth - tip.offsetWidth - 4))}px`;
            tip.style.top = `${below ? place.bottom : place.top - tip.offsetHeight}px`;
            for (const moved of ["scroll", "resize"]) addEventListener(moved, hide, { capture: true, once: true });
        };
        const close = event => event.relatedTarget === tip || hide();
        Object.assign(element, { onpointerenter: open, onfocus: open, onpointerleave: close, onblur: close });
        tip.onpointerleave = close;
        element.ariaDescription = text;
        element.classList.add("explained");
    };

    const heading = ({ title, tip: text }, column) => {
        const cell = make("th", { scope: "col" });
        looks(cell, { number: isNumber[column], first: column === 0, long: title.length >= SHORT / 2 });
        const label = make(data.sortable ? "button" : "span", { textContent: title });
        label.dataset.at = `head ${column}`;
        cell.append(label);
        if (data.sortable) {
            label.onclick = () => {
                const before = table.sorted.title === title ? table.sorted.direction : "none";
                table.sorted = { title, direction: NEXT[before] };
                arrange();
            };
            cell.append(make("span", { className: "arrow", ariaHidden: "true" }));
        } else if (text) label.tabIndex = 0;
        if (text) explain(label, text);
        return cell;
    };

    const content = (cell, place, column) => {
        if (!cell.choices.length) return cell.text;
        const options = cell.choices.map(([value, words]) => new Option(words, value, false, value === cell.order));
        const select = make("select", { ariaLabel: `${titles[column]}, ${data.rows[place][0].text}` }, ...options);
        select.dataset.at = `choice ${place} ${column}`;
        select.onchange = () => table.send.trigger("chosen", [place, Number(select.value)]);
        return select;
    };

    const body = (cell, place, column) => {
        const element = column ? make("td") : make("th", { scope: "row" });
        element.append(content(cell, place, column));
        element.style.setProperty("--tint", cell.tint);
        looks(element, {
            long: cell.text.length >= SHORT,
            number: isNumber[column],
            strong: cell.strong,
            tinted: cell.tint,
            first: column === 0,
        });
        return element;
    };

    const box = (name, at, change) => {
        const input = make("input", { type: "checkbox", ariaLabel: name });
        input.dataset.at = at;
        input.onchange = () => {
            change(input.checked);
            showTicks();
            table.send.state("ticked", data.ids.filter(id => table.ticked.has(id)));
        };
        return input;
    };
    const all = data.ids && box("Tick all", "all", on => (table.ticked = new Set(on ? data.ids : [])));
    const boxes = data.ids?.map((id, place) =>
        box(`Tick ${data.rows[place][0].text}, ${id}`, `tick ${id}`, on => table.ticked[on ? "add" : "delete"](id)),
    );
    const showTicks = () => {
        boxes.forEach((box, place) => (box.checked = table.ticked.has(data.ids[place])));
        const ticked = boxes.filter(box => box.checked).length;
        all.checked = ticked > 0 && ticked === boxes.length;
        all.indeterminate = ticked > 0 && ticked < boxes.length;
    };
    const boxed = (tag, box) => make(tag, { className: "box" }, make("label", {}, box));

    const head = make("tr", {}, ...(all ? [boxed("th", all)] : []), ...data.head.map(heading));
    const rows = data.rows.map((row, place) => {
        const cells = row.map((cell, column) => body(cell, place, column));
        return make("tr", {}, ...(boxes ? [boxed("td", boxes[place])] : []), ...cells);
    });
    const inside = make("tbody");
    const arrange = () => {
        const { title, direction } = table.sorted;
        inside.append(...ordered(data.rows, titles.indexOf(title), direction).map(place => rows[place]));
        head.querySelectorAll(".arrow").forEach((arrow, column) => {
            const now = titles[column] === title ? direction : "none";
            arrow.parentElement.ariaSort = now;
            arrow.textContent = ARROWS[now];
        });
    };

    const focused = parentElement.getRootNode().activeElement?.dataset.at;
    hide();
    table.replaceChildren(make("thead", {}, head), inside);
    arrange();
    if (boxes) showTicks();
    restoring = true;
    if (focused) table.querySelector(`[data-at="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
    restoring = false;
};

export default function ({ data: [data], parentElement, setStateValue, setTriggerValue }) {
    const [scroll, table, hint] = [".scroll", "table", ".hint"].map(name => parentElement.querySelector(name));
    table.send = { state: setStateValue, trigger: setTriggerValue };
    table.ariaLabel = scroll.ariaLabel = data.alt;
    table.sorted ??= { title: "", direction: "none" };
    table.ticked ??= new Set(data.ticked);

    const shown = JSON.stringify([data.head, data.rows, data.ids]);
    if (table.shown !== shown) build(parentElement, data, table); // otherwise an open list would close at every click
    table.shown = shown;

    const fit = () => {
        table.classList.remove("tight");
        table.classList.toggle("tight", scroll.scrollWidth > scroll.clientWidth);
        const tallest = Math.min(data.tallest ?? Infinity, 0.8 * innerHeight);
        const limited = data.tallest && table.offsetHeight > WORTH_IT * tallest;
        scroll.style.maxHeight = limited ? `${tallest}px` : "";
        const sideways = scroll.scrollWidth > scroll.clientWidth;
        hint.hidden = !sideways;
        scroll.tabIndex = sideways || limited ? 0 : -1;
        const first = [...table.rows[0].querySelectorAll(".box, .first")];
        const wide = first.reduce((sum, cell) => sum + cell.offsetWidth, 0);
        table.classList.toggle("pinned", wide <= MOST_PINNED * scroll.clientWidth);
    };
    scroll.resized?.disconnect(); // this function runs at every change, the returned one only at the end
    scroll.resized = new ResizeObserver(fit);
    scroll.resized.observe(scroll);
    return () => scroll.resized.disconnect();
}

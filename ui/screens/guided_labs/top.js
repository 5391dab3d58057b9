// Scrolls the page to its top when another step is opened; a reload stays where it was.

let opened;

export default function ({ data: [{ step }] }) {
    if (opened !== undefined && opened !== step)
        document.querySelector('[data-testid="stMain"]')?.scrollTo({ top: 0 });
    opened = step;
}

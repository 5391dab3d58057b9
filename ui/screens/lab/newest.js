// The newest accuracy or loss of a run, in a few words. ui/following/progress_view.js tells them to the page.

const TOLD = "kdps-run";

export default function ({ data: [{ run }], parentElement }) {
    const words = parentElement.querySelector(".newest");
    const forget = () => document.removeEventListener(TOLD, words.hear);
    forget();
    if (words.run !== run) words.textContent = "";
    words.run = run;
    words.hear = ({ detail }) => {
        if (detail.run === run) words.textContent = detail.newest;
    };
    document.addEventListener(TOLD, words.hear);
    return forget;
}

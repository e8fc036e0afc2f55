// The query page with YASGUI in place of the plain form, which stays for those who want it, and where this fails.
// The endpoint is ours, nothing is kept in the browser, and nobody else is asked for anything; the page's policy
// (Content-Security-Policy) holds that too. The answer is drawn by the service: the page it makes is asked for, and
// its part with the names, the chart and the downloads is taken out.
"use strict";

(() => {
  const place = document.getElementById("yasgui");
  const form = document.getElementById("plain");
  if (!place || !form || typeof Yasgui === "undefined") return;
  const say = place.dataset;
  const endpoint = new URL("/sparql", document.location).href;
  const page = { "Accept": "text/html", "Accept-Language": say.lang };
  const current = () => yasgui.getTab().getYasqe().getValue();

  // ---- completion from our own vocabulary, in place of that of a third party
  const terms = fetch("/terms.json").then((answer) => answer.json());
  const completer = (kind) => ({
    ...Yasgui.Yasqe.Autocompleters[kind],
    name: kind,
    bulk: true,
    persistenceId: null,
    get: () => terms.then((known) => known[kind]),
  });
  for (const kind of ["class", "property"]) Yasgui.Yasqe.registerAutocompleter(completer(kind), true);
  Yasgui.Yasqe.Autocompleters.prefixes.persistenceId = null;

  // ---- the answer as the service draws it
  class Named {
    constructor(yasr) {
      this.yasr = yasr;
      this.priority = 20;
      this.label = say.answer;
    }
    canHandleResults() {
      const results = this.yasr.results;
      return !!results && !results.getError() && (!!results.getVariables() || results.getBoolean() !== undefined);
    }
    async draw() {
      const body = new URLSearchParams({ query: current() });
      const answer = await fetch(endpoint, { method: "POST", headers: page, body });
      const made = new DOMParser().parseFromString(await answer.text(), "text/html");
      const drawn = made.getElementById("answer") || made.querySelector("main");
      this.yasr.resultsEl.replaceChildren(document.importNode(drawn, true));
    }
    getIcon() {
      return null;
    }
  }
  Yasgui.Yasr.registerPlugin("named", Named);
  for (const kind of ["table", "response"]) {
    class InOurWords extends Yasgui.Yasr.plugins[kind] {
      label = say[kind];
    }
    Yasgui.Yasr.registerPlugin(kind, InOurWords);
  }

  const link = async () => {
    const body = new URLSearchParams({ query: current() });
    return (await fetch("/q", { method: "POST", headers: page, body })).url;
  };
  const ours = (config) => ({
    ...config,
    requestConfig: { ...config.requestConfig, endpoint, headers: {}, args: [], withCredentials: false },
  });
  const requestConfig = { endpoint, method: "POST", headers: {}, acceptHeaderGraph: "text/turtle" };
  place.hidden = false; // before it is made: an editor that is not shown cannot measure itself
  const yasgui = new Yasgui(place, {
    persistenceId: null,
    copyEndpointOnNewTab: true,
    tabName: say.tab,
    requestConfig,
    endpointCatalogueOptions: { getData: () => [{ endpoint }], keys: [] },
    populateFromUrl: ours,
    yasqe: {
      ...Yasgui.Yasqe.defaults,
      value: form.elements.query.value,
      prefixCcApi: "/prefixes.json",
      persistenceId: null,
      createShortLink: link,
    },
    yasr: {
      ...Yasgui.Yasr.defaults,
      persistenceId: null,
      maxPersistentResponseSize: 0,
      defaultPlugin: "named",
      pluginOrder: ["named", "table", "response"],
      prefixes: () => yasgui.getTab().getYasqe().getPrefixesFromQuery(),
    },
  });

  // ---- what one writes in has a name for those who do not see it
  const name = () => {
    for (const field of place.querySelectorAll(".CodeMirror textarea")) field.setAttribute("aria-label", say.tab);
  };
  yasgui.on("tabAdd", () => requestAnimationFrame(name)); // its editor is made right after
  name();
  if (!document.location.hash) yasgui.getTab().getYasqe().setValue(form.elements.query.value);

  // ---- another query; the editor's own button for it stands among the tabs, where only tabs may (WAI-ARIA, tablist)
  const more = document.getElementById("more");
  more.addEventListener("click", () => yasgui.addTab(true));

  // ---- either the editor or the plain form
  const other = document.getElementById("other");
  const show = (editor) => {
    if (!editor) form.elements.query.value = current();
    place.hidden = more.hidden = !editor;
    form.hidden = editor;
    other.textContent = editor ? say.plain : say.editor;
  };
  other.hidden = false;
  other.addEventListener("click", () => show(place.hidden));
  show(true);
})();

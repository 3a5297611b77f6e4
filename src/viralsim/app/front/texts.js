// The page's language and its texts: English is in the sources, every other language in a catalogue that is shipped as data.
window.viralsimTexts = (function () {
  "use strict";
  const here = { names: { en: "English" }, catalogues: {}, language: "en", missing: new Set() };
  const stored = () => { try { return localStorage.getItem("viralsim-language"); } catch { return null; } };

  // text: English, as in the sources. values: what stands in its {braces}
  here.t = function (text, values) {
    const known = (here.catalogues[here.language] || {})[text] || text;
    if (known === text && here.language !== "en" && !(text in (here.catalogues[here.language] || {}))) here.missing.add(text);
    return known.replace(/\{(\w+)\}/g, (all, name) => values && name in values ? values[name] : all);
  };

  // how people of this language write a number
  here.number = x => Math.abs(x) >= 100 ? Math.round(x).toLocaleString(here.language) : Number(x.toPrecision(3)).toLocaleString(here.language, { maximumSignificantDigits: 3 });

  // the marked elements of a part of the page: its words, or, where it has one, its label for who has the page read aloud
  here.fill = function (root) {
    for (const one of root.querySelectorAll("[data-text]")) {
      const values = one.dataset.values ? JSON.parse(one.dataset.values) : {};
      for (const [name, value] of Object.entries(values)) values[name] = typeof value === "string" ? here.t(value) : value;
      const label = one.hasAttribute("aria-label");
      one.dataset.text = one.dataset.text || (label ? one.getAttribute("aria-label") : one.textContent);
      const said = here.t(one.dataset.text, values);
      if (label) one.setAttribute("aria-label", said); else one.textContent = said;
    }
  };

  // the address says which language, else what was chosen before, else the browser; English where none of them is known
  here.begin = function (names, catalogues, asked) {
    here.names = names; here.catalogues = catalogues;
    const wishes = [new URLSearchParams(location.search).get("lang"), asked, stored(), ...navigator.languages];
    here.language = wishes.map(wish => String(wish || "").toLowerCase().split("-")[0]).find(code => code in names) || "en";
    document.documentElement.lang = here.language;
  };

  // a choice of language; the page is opened again in the one chosen, with its state
  here.choice = function () {
    const box = document.createElement("select");
    box.className = "vl-language";
    box.setAttribute("aria-label", "language, Sprache");
    box.innerHTML = Object.entries(here.names).map(([code, name]) => `<option value="${code}" ${code === here.language ? "selected" : ""}>${name}</option>`).join("");
    box.onchange = function () {
      const query = new URLSearchParams(location.search);
      query.set("lang", box.value);
      try { localStorage.setItem("viralsim-language", box.value); } catch { /* the address says it */ }
      location.href = location.pathname + "?" + query + location.hash;
    };
    return box;
  };
  return here;
})();

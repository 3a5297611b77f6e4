// Draw a network of 10 to 40 people and let a post spread over it, live: viralsimLive plays, viralsimStage shows.
window.viralsimNetwork = function (root, shipped) {
  "use strict";
  const stage = window.viralsimStage, id = "network-stage", MOST = 40;
  const values = Object.keys(shipped).map(Number).sort((a, b) => a - b), tables = {};
  let people = [], ties = new Set(), first = new Set(), index = values.indexOf(0.5), number = 0, mode = "look", held = -1, lost = null, past = [];
  const $ = name => root.querySelector(name);
  const MODES = [["look", "look"], ["start", "who starts"], ["add", "add a person"], ["tie", "tie two"], ["cut", "cut ties"], ["drag", "move"], ["without", "try without"]];
  const HINTS = {
    look: "Tap a dot to see who it is.", start: "Tap people: those with a diamond post first.", add: "Tap an empty place.",
    tie: "Tap one person, then another: the second follows the first, and the first the second.",
    cut: "Tap one person, then another: the tie between them is cut.", drag: "Tap a person, then a place.",
    without: "Tap a person: the same try, in which they never pass it on."
  };

  root.innerHTML = `<div class="vl"><section class="vl-ask"><h1>Your own network</h1>
<p class="vl-question">Draw who follows whom. Puzzles: reach everybody with two who start; stop it with one cut.</p></section>
<section class="vl-move"><label for="net-v">chance that a follower is shown a post: <output class="vl-value"></output></label>
<input id="net-v" class="vl-slider" type="range" min="0" max="${values.length - 1}"></section>
<section class="vl-result"><div class="vl-row vl-modes" role="group" aria-label="what a tap does">${MODES.map(([key, text]) => `<button type="button" data-mode="${key}">${text}</button>`).join("")}</div>
<p class="vl-hint"></p><p class="vl-said" role="status"></p></section>
<section class="vl-keep"><div class="vl-row"><button type="button" class="vl-next">next try</button><button type="button" class="vl-undo">undo</button>
<button type="button" class="vl-reset">start over</button><span class="vl-which"></span></div></section>
<section class="vl-picture"><div id="${id}">${root.dataset.stage}</div></section></div>`;

  function begin() {
    people = Array.from({ length: 16 }, (_, i) => ({ x: 0.5 + 0.38 * Math.cos(i * Math.PI / 8), y: 0.5 + 0.38 * Math.sin(i * Math.PI / 8) }));
    ties = new Set();
    for (let i = 0; i < 16; i++) { tie(i, (i + 1) % 16); if (i % 4 === 0) tie(i, (i + 6) % 16); }
    first = new Set([0]); number = 0; past = [];
  }
  const name = (a, b) => a + ">" + b;
  function tie(a, b) { if (a !== b) { ties.add(name(a, b)); ties.add(name(b, a)); } }
  const copy = () => ({ people: people.map(p => ({ ...p })), ties: new Set(ties), first: new Set(first), index: index, number: number });
  function keep() { past.push(copy()); }

  function rows() {
    const lists = people.map(() => []), starts = [0], followers = [];
    for (const one of ties) { const [a, b] = one.split(">").map(Number); lists[a].push(b); }
    for (const list of lists) { followers.push(...list.sort((a, b) => a - b)); starts.push(followers.length); }
    return { starts: starts, followers: followers };
  }

  const sharing = ticks => new Set(ticks.flatMap(t => t.filter((_, k) => k % 3 === 0 && t[k + 1] === 2)));
  const reached = ticks => new Set(ticks.flatMap(t => t.filter((_, k) => k % 3 === 0)));

  function world(silent) {
    const value = values[index];
    tables[value] = tables[value] || window.viralsimLive.tables(shipped[value]);
    return window.viralsimLive.play(rows(), [...first], tables[value], number, silent);
  }

  function show(still) {
    const net = rows(), ticks = world();
    $(".vl-slider").value = index;
    $(".vl-slider").setAttribute("aria-valuetext", String(values[index]));
    $(".vl-value").textContent = values[index];
    $(".vl-which").textContent = `try ${number + 1}`;
    const scene = { x: people.map(p => p.x), y: people.map(p => p.y), community: people.map(() => 0), ...net };
    stage.show(id, { scene: scene, moves: { advocates: [...first], ticks: ticks, hours: 1 } }, still);
    const all = reached(ticks).size, said = `${people.length} people, ${ties.size / 2} ties: this try reaches ${all} of ${people.length}, and ${sharing(ticks).size} share.`;
    $(".vl-said").textContent = said + (all === people.length && first.size <= 2 ? " Everybody, with " + first.size + " who start: solved!" : "");
    root.dataset.ticks = JSON.stringify(ticks);
    if (lost !== null) {
      const without = world([lost]), gone = [...sharing(ticks)].filter(v => !sharing(without).has(v));
      $(".vl-said").textContent = `Without person ${lost}, all other luck as it was: ${gone.length} fewer share.`;
      stage.mark(id, gone);
    } else if (held >= 0) stage.pick(id, held);
  }

  function tap(x, y) {
    let near = -1, best = 0.06 ** 2;
    people.forEach((p, i) => { const d = (p.x - x) ** 2 + (p.y - y) ** 2; if (d < best) { best = d; near = i; } });
    lost = null;
    if (mode === "add") {
      if (people.length >= MOST) { $(".vl-said").textContent = `${MOST} people are enough.`; return; }
      keep(); people.push({ x: x, y: y });
    } else if (mode === "drag" && held >= 0) { keep(); people[held] = { x: x, y: y }; held = -1; }
    else if (near < 0) { $(".vl-said").textContent = "Nobody is there: tap a dot."; return; }
    else if (mode === "start") { keep(); if (!first.delete(near)) first.add(near); }
    else if (mode === "without") lost = near;
    else if (mode === "look") { held = near; $(".vl-said").textContent = `person ${near}: ${rows().starts[near + 1] - rows().starts[near]} followers`; stage.pick(id, near); return; }
    else if (held < 0) { held = near; stage.pick(id, near); return; }
    else if (mode === "tie") { keep(); tie(held, near); held = -1; }
    else if (mode === "cut") { keep(); ties.delete(name(held, near)); ties.delete(name(near, held)); held = -1; }
    show(["add", "drag", "without"].includes(mode));
  }

  function choose(next) {
    mode = next; held = -1;
    root.querySelectorAll("[data-mode]").forEach(one => one.setAttribute("aria-pressed", String(one.dataset.mode === mode)));
    $(".vl-hint").textContent = HINTS[mode];
  }

  $(".vl-modes").onclick = event => { if (event.target.dataset.mode) choose(event.target.dataset.mode); };
  $(".vl-slider").oninput = event => { keep(); lost = null; index = Number(event.target.value); show(); };
  $(".vl-next").onclick = () => { keep(); lost = null; number++; show(); };
  $(".vl-undo").onclick = function () {
    if (!past.length) { $(".vl-said").textContent = "Nothing to undo yet."; return; }
    ({ people, ties, first, index, number } = past.pop()); lost = null; held = -1; show();
  };
  $(".vl-reset").onclick = () => { begin(); lost = null; show(); };
  $("canvas").addEventListener("click", function (event) {
    event.stopImmediatePropagation();
    const box = event.currentTarget.getBoundingClientRect();
    tap((event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height);
  }, true);
  begin();
  choose("look");
  show();
};

// Draw a network of 10 to 40 people and let a post spread over it, live: viralsimLive plays, viralsimStage shows.
window.viralsimNetwork = function (root, shipped) {
  "use strict";
  const stage = window.viralsimStage, texts = window.viralsimTexts, t = texts.t, id = "network-stage", LEAST = 10, MOST = 40, TRIES = 20;
  const values = Object.keys(shipped).map(Number).filter(x => x > 0).sort((a, b) => a - b), tables = {}, circle = window.viralsimPuzzles.circle;
  const puzzles = window.viralsimPuzzles.all;
  let net = null, mode = "look", held = -1, lost = null, past = [], dragging = false;
  const $ = name => root.querySelector(name), name = (a, b) => Math.min(a, b) + "-" + Math.max(a, b);
  const MODES = {
    look: [t("look"), t("Tap a dot to see who it is.")],
    start: [t("who starts"), t("Tap people: those with a diamond post first.")],
    add: [t("add a person"), t("Tap an empty place.")],
    away: [t("take a person away"), t("Tap a person: they leave, with all their ties.")],
    tie: [t("tie two"), t("Tap one person, then another: from now on each of them follows the other.")],
    cut: [t("cut a tie"), t("Tap one person, then another: the tie between them is cut.")],
    drag: [t("move"), t("Drag a person to another place.")],
    without: [t("try without a person"), t("Tap a person: the same try, in which they never pass it on.")],
    untied: [t("try without a tie"), t("Tap two people who are tied: the same try, in which nothing goes that way.")]
  };

  const does = t("what a tap does");
  root.innerHTML = `<div class="vl"><section class="vl-ask"><div class="vl-row"><h1>${t("Your own network")}</h1><span class="vl-tongue"></span></div>
<label class="vl-row">${t("game")}: <select class="vl-game">${puzzles.map((one, i) => `<option value="${i}">${t(one.title)}</option>`).join("")}</select></label>
<p class="vl-question"></p></section>
<section class="vl-move"><label for="net-v">${t("chance that a follower is shown a post")}: <output class="vl-value"></output></label>
<input id="net-v" class="vl-slider" type="range" min="0" max="${values.length - 1}"></section>
<section class="vl-result"><div class="vl-row vl-modes" role="group" aria-label="${does}">${Object.entries(MODES).map(([key, [text]]) => `<button type="button" data-mode="${key}">${text}</button>`).join("")}</div>
<p class="vl-hint vl-soft"></p><p class="vl-said" role="status"></p><p class="vl-solved" role="status"></p></section>
<section class="vl-keep"><div class="vl-row"><button type="button" class="vl-next">${t("next try")}</button><button type="button" class="vl-undo">${t("undo")}</button>
<button type="button" class="vl-reset">${t("start over")}</button><button type="button" class="vl-print">${t("print")}</button><span class="vl-which"></span></div></section>
<section class="vl-picture"><div id="${id}">${root.dataset.stage}</div></section></div>`;
  texts.fill(root);
  $(".vl-tongue").append(texts.choice());
  const puzzle = () => puzzles[net.game];

  function begin(game) {
    const one = puzzles[game];
    net = { game: game, people: circle(one.people, one.groups), ties: new Set(one.ties.map(([a, b]) => name(a, b))), first: new Set(one.first), index: values.indexOf(one.value), number: 0 };
    past = []; lost = null; held = -1;
  }
  const copy = one => ({ ...one, people: one.people.map(p => ({ ...p })), ties: new Set(one.ties), first: new Set(one.first) });
  const keep = () => { past.push(copy(net)); lost = null; };

  function rows() {
    const lists = net.people.map(() => []), starts = [0], followers = [];
    for (const one of net.ties) { const [a, b] = one.split("-").map(Number); lists[a].push(b); lists[b].push(a); }
    for (const list of lists) { followers.push(...list.sort((a, b) => a - b)); starts.push(followers.length); }
    return { starts: starts, followers: followers };
  }

  const sharing = ticks => new Set(ticks.flatMap(one => one.filter((_, k) => k % 3 === 0 && one[k + 1] === 2)));
  const reached = ticks => new Set(ticks.flatMap(one => one.filter((_, k) => k % 3 === 0)));

  function play(number, silent, untied) {
    const value = puzzle().table || values[net.index];
    tables[value] = tables[value] || window.viralsimLive.tables(shipped[value]);
    return window.viralsimLive.play(rows(), [...net.first], tables[value], number, silent, untied);
  }

  // what the game asks, in this try and in how many of twenty
  function judge(ticks) {
    const one = puzzle(), cuts = one.ties.length - net.ties.size;
    if (!one.goal) return "";
    if (net.first.size > one.starters) return t("At most {n} may start.", { n: one.starters });
    if (one.cuts && cuts > one.cuts) return t("One cut is allowed: undo one.");
    const done = world => one.goal(reached(world).size, net.people.length, cuts);
    if (!done(ticks)) return "";
    let solved = 0;
    for (let number = 0; number < TRIES; number++) solved += done(play(number)) ? 1 : 0;
    return solved === TRIES ? t("Solved, in all {n} tries: no luck needed!", { n: TRIES }) : t("Solved in this try, and in {solved} of {n}. Can you do without luck?", { solved: solved, n: TRIES });
  }

  function show(still) {
    const graph = rows(), ticks = play(net.number), all = reached(ticks).size, open = puzzle().modes;
    $(".vl-game").value = net.game;
    $(".vl-question").textContent = t(puzzle().question);
    $(".vl-slider").value = net.index;
    $(".vl-slider").disabled = Boolean(puzzle().goal);
    $(".vl-slider").setAttribute("aria-valuetext", String(values[net.index]));
    $(".vl-value").textContent = texts.number(values[net.index]);
    $(".vl-which").textContent = t("try {number}", { number: net.number + 1 });
    root.querySelectorAll("[data-mode]").forEach(one => { one.hidden = Boolean(open) && !open.includes(one.dataset.mode); });
    const scene = { x: net.people.map(p => p.x), y: net.people.map(p => p.y), community: net.people.map(() => 0), ...graph };
    stage.show(id, { scene: scene, moves: { advocates: [...net.first], ticks: ticks, hours: 1 } }, still);
    const said = { people: net.people.length, ties: net.ties.size, reached: all, shared: sharing(ticks).size };
    $(".vl-said").textContent = t("{people} people, {ties} ties: this try reaches {reached}, and {shared} of them share.", said);
    $(".vl-solved").textContent = judge(ticks);
    root.dataset.reached = all; root.dataset.ticks = JSON.stringify(ticks);
    if (lost !== null) lose(ticks);
    else if (held >= 0) stage.pick(id, held);
    remember();
  }

  function lose(ticks) {
    const without = lost.tie ? play(net.number, [], [lost.tie]) : play(net.number, [lost.person]);
    const gone = [...sharing(ticks)].filter(v => !sharing(without).has(v)), said = { who: lost.person, lost: gone.length, unreached: reached(ticks).size - reached(without).size };
    $(".vl-said").textContent = lost.tie ? t("Without this tie, all other luck as it was: shared by {lost} fewer, reaching {unreached} fewer.", said)
      : t("Without person {who}, all other luck as it was: shared by {lost} fewer, reaching {unreached} fewer.", said);
    stage.mark(id, gone);
  }

  // ---- the state in the address

  function remember() {
    const state = { game: net.game, value: values[net.index], try: net.number, first: [...net.first].join("."),
      people: net.people.map(p => Math.round(p.x * 1000) + "." + Math.round(p.y * 1000)).join("_"), ties: [...net.ties].join("_") };
    history.replaceState(null, "", location.pathname + location.search + "#" + new URLSearchParams(state));
  }

  function recall() {
    const kept = new URLSearchParams(location.hash.slice(1)), numbers = (word, mark) => (kept.get(word) || "").split(mark).filter(Boolean);
    const places = numbers("people", "_").map(one => one.split(".").map(Number)), n = places.length, index = values.indexOf(Number(kept.get("value")));
    const inside = v => Number.isInteger(v) && v >= 0 && v < n;
    begin(puzzles[Number(kept.get("game"))] ? Number(kept.get("game")) : 0);
    if (n < LEAST || n > MOST || index < 0 || places.some(p => p.length !== 2 || p.some(x => !(x >= 0 && x <= 1000)))) return;
    const ties = numbers("ties", "_").map(one => one.split("-").map(Number)).filter(([a, b]) => inside(a) && inside(b) && a !== b);
    net = { ...net, people: places.map(([x, y]) => ({ x: x / 1000, y: y / 1000 })), ties: new Set(ties.map(([a, b]) => name(a, b))),
      first: new Set(numbers("first", ".").map(Number).filter(inside)), index: index, number: Math.max(0, Math.floor(Number(kept.get("try")) || 0)) };
  }

  // ---- taps

  function nearest(x, y) {
    let near = -1, best = 0.07 ** 2;
    net.people.forEach((p, i) => { const d = (p.x - x) ** 2 + (p.y - y) ** 2; if (d < best) { best = d; near = i; } });
    return near;
  }

  function takeAway(who) {
    const moved = v => v > who ? v - 1 : v, left = [...net.ties].map(one => one.split("-").map(Number)).filter(pair => !pair.includes(who));
    net.people.splice(who, 1);
    net.ties = new Set(left.map(([a, b]) => name(moved(a), moved(b))));
    net.first = new Set([...net.first].filter(v => v !== who).map(moved));
  }

  const tell = text => { $(".vl-said").textContent = text; };

  function pair(near) { // the second of two taps
    const a = held, tie = name(a, near);
    held = -1;
    if (a === near) { stage.pick(id, -1); return; }
    if (mode === "tie") { keep(); net.ties.add(tie); }
    else if (!net.ties.has(tie)) { tell(t("These two are not tied.")); stage.pick(id, -1); return; }
    else if (mode === "cut") { keep(); net.ties.delete(tie); }
    else lost = { tie: tie };
    show(mode === "untied");
  }

  function tap(x, y) {
    const near = nearest(x, y);
    lost = null;
    if (mode === "add") {
      if (net.people.length >= MOST) { tell(t("{n} people are enough.", { n: MOST })); return; }
      keep(); net.people.push({ x: x, y: y }); show(true);
    } else if (near < 0) tell(t("Nobody is there: tap a dot."));
    else if (mode === "look") { held = near; tell(t("person {who}: {n} ties", { who: near, n: rows().starts[near + 1] - rows().starts[near] })); stage.pick(id, near); }
    else if (mode === "start") { keep(); if (!net.first.delete(near)) net.first.add(near); show(); }
    else if (mode === "away") {
      if (net.people.length <= LEAST) { tell(t("Fewer than {n} people are no network.", { n: LEAST })); return; }
      keep(); takeAway(near); show(true);
    } else if (mode === "without") { lost = { person: near }; show(true); }
    else if (["tie", "cut", "untied"].includes(mode)) { if (held < 0) { held = near; stage.pick(id, near); } else pair(near); }
  }

  function choose(next) {
    mode = next; held = -1;
    root.querySelectorAll("[data-mode]").forEach(one => one.setAttribute("aria-pressed", String(one.dataset.mode === mode)));
    $(".vl-hint").textContent = MODES[mode][1];
    $("canvas").style.touchAction = mode === "drag" ? "none" : "manipulation";
  }

  $(".vl-modes").onclick = event => { if (event.target.dataset.mode) choose(event.target.dataset.mode); };
  $(".vl-game").onchange = event => { begin(Number(event.target.value)); choose(puzzle().modes ? puzzle().modes[0] : "look"); show(); };
  $(".vl-slider").oninput = event => { keep(); net.index = Number(event.target.value); show(); };
  $(".vl-next").onclick = () => { keep(); net.number++; show(); };
  $(".vl-undo").onclick = function () {
    if (!past.length) { tell(t("Nothing to undo yet.")); return; }
    net = past.pop(); lost = null; held = -1; show();
  };
  $(".vl-reset").onclick = () => { begin(net.game); show(); };
  $(".vl-print").onclick = () => window.print();

  const canvas = $("canvas"), where = function (event) {
    const box = canvas.getBoundingClientRect();
    return [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height].map(x => Math.max(0.02, Math.min(0.98, x)));
  };
  canvas.addEventListener("click", function (event) {
    event.stopImmediatePropagation();
    if (mode !== "drag") tap(...where(event));
  }, true);
  canvas.addEventListener("pointerdown", function (event) {
    if (mode !== "drag") return;
    held = nearest(...where(event));
    if (held >= 0) { keep(); dragging = true; canvas.setPointerCapture(event.pointerId); }
  });
  canvas.addEventListener("pointermove", function (event) {
    if (!dragging) return;
    const [x, y] = where(event);
    net.people[held] = { x: x, y: y }; show(true);
  });
  canvas.addEventListener("pointerup", () => { dragging = false; if (mode === "drag") held = -1; });
  recall();
  choose(puzzle().modes ? puzzle().modes[0] : "look");
  show();
};

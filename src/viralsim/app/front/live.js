// One world of a small network by the engine's own draws: docs/model.md for one channel, one content, simple sharing, activity 1.
// Tables come from Python; JavaScript makes none. 64-bit words are BigInt.
window.viralsimLive = (function () {
  "use strict";
  const GOLDEN = 0x9E3779B97F4A7C15n, NUMBER = 0xD1B54A32D192ED03n, GAP = 0x0n, RESPOND = 0x2545F4914F6CDD1Dn;
  const A = 0xBF58476D1CE4E5B9n, B = 0x94D049BB133111EBn, POST = 1n, DELAY = 4n, GAP_SHIFT = 55n, GAP_TAIL = 511;
  const word = z => BigInt.asUintN(64, z);

  function mix(z) {
    z = word((z ^ (z >> 30n)) * A);
    z = word((z ^ (z >> 27n)) * B);
    return z ^ (z >> 31n);
  }
  const draw = (key, i) => mix(word(key + GOLDEN * BigInt(i)));
  const unitHigh = bits => Number(bits >> 32n) * 2 ** -32;
  const memberKey = (base, member, number) => mix(word(base + GOLDEN * BigInt(member) + NUMBER * BigInt(number)));
  const worldKey = (seed, world) => mix(word(mix(word(seed + GOLDEN)) + NUMBER * BigInt(world)));
  const streamKey = (key, stream, a, b) => mix(word(mix(word(mix(word(key + GOLDEN * stream)) + a)) + NUMBER + b));

  function alias(bits, threshold, other, shift) {
    const cell = Number(bits >> shift);
    return (bits & ((1n << shift) - 1n)) > threshold[cell] ? other[cell] : cell;
  }

  // tables as JSON has them -> with words as BigInt
  function tables(shipped) {
    const words = list => list.map(BigInt);
    return { ...shipped, channel: BigInt(shipped.channel), content: BigInt(shipped.content), seed: BigInt(shipped.seed),
      gapThreshold: words(shipped.gapThreshold), delayThreshold: words(shipped.delayThreshold), delayShift: BigInt(shipped.delayShift) };
  }

  function positions(t, key, n) {
    if (t.envelope >= 1) return Array.from({ length: n }, (_, i) => i);
    const passed = [];
    for (let position = -1, j = 0; position < n; j++) {
      const gap = alias(draw(word(key + GAP), j), t.gapThreshold, t.gapAlias, GAP_SHIFT);
      position += gap;
      if (gap < GAP_TAIL) passed.push(++position);
    }
    return passed.filter(p => p < n);
  }

  // net: {starts, followers}, member v's followers ascending. first: who posts at the start. silent: who never passes it on. untied: ties ("a-b") along which
  // nothing goes, the draws of everybody else staying theirs.
  // Gives, tick by tick, member, state (1 reached, 2 shared) and who brought them, flat: what the stage plays.
  function play(net, first, t, world, silent, untied) {
    const members = net.starts.length - 1, key = worldKey(t.seed, world);
    const posting = streamKey(key, POST, t.content, t.channel), delaying = streamKey(key, DELAY, t.content, t.channel);
    const due = new Map(), posted = new Set(), seen = new Array(members).fill(0), ticks = [];
    let state = new Array(members).fill(0);
    const quiet = new Set(silent || []), closed = new Set(untied || []), brought = new Array(members).fill(-1);
    const later = function (v, tick, parent) {
      if (tick >= t.horizon || posted.has(v) || quiet.has(v)) return;
      if (!due.has(v) || tick < due.get(v).tick) due.set(v, { tick: tick, parent: parent });
    };
    for (const v of first) later(v, 0, -1);
    for (let tick = 0; tick < t.horizon; tick++) {
      const before = state.slice(), now = [...due.keys()].filter(v => due.get(v).tick === tick).sort((a, b) => a - b);
      for (const v of now) { brought[v] = due.get(v).parent; due.delete(v); posted.add(v); state[v] = 2; }
      for (const v of now) {
        const post = memberKey(posting, v, 0), row = net.followers.slice(net.starts[v], net.starts[v + 1]);
        for (const position of positions(t, post, row.length)) {
          const w = row[position];
          if (closed.has(Math.min(v, w) + "-" + Math.max(v, w))) continue;
          const tired = t.fatigue[Math.min(seen[w], t.fatigue.length - 1)];
          const share = Math.min(1, Math.max(0, t.appeal * t.novelty[tick] * tired));
          seen[w]++;
          if (state[w] === 0) state[w] = 1;
          if (unitHigh(draw(word(post + RESPOND), position)) < share)
            later(w, tick + (t.delayFixed || 1 + alias(memberKey(delaying, w, 0), t.delayThreshold, t.delayAlias, t.delayShift)), v);
        }
      }
      const changed = [];
      for (let v = 0; v < members; v++)
        if (state[v] !== before[v]) changed.push(v, state[v], state[v] > 1 ? brought[v] : -1);
      ticks.push(changed);
    }
    while (ticks.length && !ticks[ticks.length - 1].length) ticks.pop();
    return ticks;
  }

  return { tables: tables, play: play };
})();

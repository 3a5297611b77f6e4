// Answers from the server behind the page, for viralsimLesson; a network that is here already is not sent again.
window.viralsimAsking = (function () {
  const waiting = {}, scenes = {};
  let last = 0;
  function ask(root, question, done) {
    waiting[++last] = done;
    root.dispatchEvent(new CustomEvent("ask", { detail: { ...question, id: last, have: Object.keys(scenes) }, bubbles: true }));
  }
  return {
    source: root => ({
      tried: (value, done) => ask(root, { what: "tried", value: value }, done),
      world: (value, arm, number, done) => ask(root, { what: "world", value: value, arm: arm, number: number }, done),
      removed: (value, arm, number, member, done) =>
        ask(root, { what: "removed", value: value, arm: arm, number: number, member: member }, done)
    }),
    answer: function (id, found, error) {
      const done = waiting[id];
      delete waiting[id];
      if (found && found.scene_key) {
        if (found.scene) scenes[found.scene_key] = found.scene;
        found.scene = scenes[found.scene_key];
      }
      if (done) done(found, error);
    },
    busy: (root, text) => { const place = root.querySelector(".vl-who"); if (place) place.textContent = window.viralsimTexts.t(text); }
  };
})();

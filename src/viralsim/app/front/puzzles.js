// What can be played on the network page: free drawing, and puzzles with a goal that is judged over twenty tries.
window.viralsimPuzzles = (function () {
  const t = text => text; // translated where it is shown
  const circle = n => Array.from({ length: n }, (_, i) => ({ x: 0.5 + 0.42 * Math.cos(i * 2 * Math.PI / n), y: 0.5 + 0.42 * Math.sin(i * 2 * Math.PI / n) }));
  const ring = Array.from({ length: 16 }, (_, i) => [[i, (i + 1) % 16], ...(i % 4 === 0 ? [[i, (i + 6) % 16]] : [])]).flat();
  return {
    circle: circle,
    // goal: (reached, people, cuts made) -> solved? modes: what a tap may do, all without it. table: other than the slider's
    all: [
      { title: t("draw freely"), question: t("Draw who knows whom, and watch a post spread. Whom, or which tie, would you miss most?"), people: 16, ties: ring, first: [0], value: 0.5 },
      { title: t("puzzle: reach everybody with two"), question: t("Everybody who follows a poster sees the post, but hardly anybody dares to share it. Choose two who start, so that all 14 people are reached. Beware: the best known person may not be one of them."),
        people: 14, ties: [[0, 1], [0, 2], [0, 3], [0, 4], [0, 5], [0, 7], [1, 2], [2, 3], [2, 4], [2, 6], [2, 7], [2, 8], [2, 10], [2, 13], [6, 9], [8, 9], [9, 10], [9, 11], [9, 12], [9, 13], [10, 13]],
        first: [], value: 1, table: "shy", starters: 2, modes: ["start", "look", "drag"], goal: (reached, people) => reached === people },
      { title: t("puzzle: stop it with one cut"), question: t("A rumour starts at the diamond. Cut one tie, so that half of the people are never reached. Move people about to see who belongs together."),
        people: 14, ties: [[0, 6], [0, 7], [1, 6], [1, 7], [1, 12], [2, 5], [2, 9], [3, 4], [3, 9], [3, 13], [4, 8], [4, 9], [5, 13], [6, 7], [6, 8], [6, 10], [6, 11], [8, 13], [10, 11], [11, 12]],
        first: [9], value: 1, starters: 1, cuts: 1, modes: ["cut", "look", "drag"], goal: (reached, people, cuts) => cuts === 1 && reached <= people / 2 }
    ]
  };
})();

"""A class: every pupil guesses, then plays a try of their own of the same post; the wall gathers all of it, round after round."""

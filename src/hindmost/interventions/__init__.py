"""Twins of an image: the cue removed, added or swapped, and controls that change as much without it."""

RECIPE = 1  # counts changes of this room that change a pixel of a twin

"""`make demo`: the main job told as a story; exit status 0 only if every claim holds."""

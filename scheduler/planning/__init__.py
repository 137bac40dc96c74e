"""From a PlantState to a timed plan and its judgement: pure.

`tables` reads a plant into arrays and `kernels` works on them; `judge` says whether a plan is one, and `lists` what
people read of it. Modules beside the rooms are what several of them share (docs/architecture.md has the picture).
"""

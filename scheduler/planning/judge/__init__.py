"""The judge of every plan: the contract's rules and the plan's figures, from the plant's state and the plan alone.

It never reads what the planner has made of the state (`tables`, `problem`, `layout`, `kernels`), because who makes a
plan must not judge it: a fault of translation would be excused by itself.
"""

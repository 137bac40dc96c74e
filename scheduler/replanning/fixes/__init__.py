"""What would help: the smallest changes that bring a late order in time, each proven by planning the changed plant.

The reasons come from the order's chain of waits (`candidates.py`); each kind of change is a ladder of amounts
(`hours.py`, `supply.py`, `orders.py`), of which the lowest step that works is sought (`smallest.py`), certified and
priced (`price.py`). Who plans is given: nothing here knows a solver.
"""

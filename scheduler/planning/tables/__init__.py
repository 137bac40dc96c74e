"""The planner's own reading of a plant: from the state's objects to the Problem's arrays, and back to names.

What can never be planned is found here too, because the search must not be given it. Nothing here judges a plan.
"""

"""Who may do what: roles, rights, keys and whose word counts for which event. Pure: no storage, no HTTP."""

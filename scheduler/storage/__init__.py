"""The truth in a database: the log and its states, plan versions, requests, messages and leases."""

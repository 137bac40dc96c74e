"""The calls, a file per noun: parse, call one use case, answer."""

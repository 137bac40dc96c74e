"""Carriers of dispatch lists to machines: MQTT topics, Sparkplug commands where they are switched on, webhooks."""

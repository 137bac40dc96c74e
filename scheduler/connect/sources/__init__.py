"""Sources of signals: MQTT, Sparkplug B and OPC UA. They listen, and write to no machine."""

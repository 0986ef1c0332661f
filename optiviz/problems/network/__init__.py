"""The network: its layers, its passes, and planes through its weights."""

"""The update in the window: when it is a phase of a document's runs, and what of it is shown."""

"""The only rooms that know SpiffWorkflow; everything outside speaks of drawings, instances, decisions."""

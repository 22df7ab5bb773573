"""Access and encryption: who may read an object."""

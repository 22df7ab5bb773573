"""Object metadata and storage class: what is said of an object."""

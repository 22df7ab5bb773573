"""Turn the bytes of files into text and back: encodings, line ends, notebooks. Imports only `finding` and `support`."""

"""Import every extractor, so that it registers: the modules of `s3lint.facts.extractors`, in the order of their names."""

import pkgutil
from importlib import import_module

from s3lint.facts import extractors

for _module in pkgutil.iter_modules(extractors.__path__, f"{extractors.__name__}."):
    import_module(_module.name)

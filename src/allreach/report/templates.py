"""The one environment of our templates: everything is escaped unless it says otherwise, and no blank stays empty."""

from __future__ import annotations

from functools import cache

import jinja2


@cache
def environment(package: str) -> jinja2.Environment:
    """Templates of a package's folder ``templates``.

    Parameters
    ----------
    package
        Name of the package, such as ``allreach.report.documents``.
    """
    return jinja2.Environment(
        loader=jinja2.PackageLoader(package),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        keep_trailing_newline=True,
    )
